package io.rowlock.broker.group;

import io.rowlock.ports.OwnerExecutor;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The groups of a shard, each with a timer for what is due and with its writes in the queue. Confined to the owner. */
final class GroupTable implements GroupWrite.Listener {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** Of answers that wait until groups are kept: with so many of them no group meets anything more that may wait. */
    static final int ANSWERS_MAX = 10_000;

    /** After a rule was broken when something was due. */
    private static final Duration RING_AGAIN = Duration.ofSeconds(1);

    /** How many groups may be there of which nothing is kept: each costs a client no more than a request. */
    static final int UNKEPT_MAX = 10_000;

    /** Between two looks at all of these. */
    private static final Duration ROOM_INTERVAL = Duration.ofSeconds(1);

    private final OwnerExecutor owner;
    private final GroupShard.Ports ports;
    private final GroupSettings settings;
    private final OperationQueue queue;
    private final Map<String, GroupEntry> groups = new HashMap<>();
    /** Those that were made for a client, but for some that are kept by now. */
    private final Set<GroupEntry> made = new HashSet<>();

    private long lookedForRoomNanos;
    private int answersWaiting;
    private Consumer<String> reload = groupId -> {};

    GroupTable(OwnerExecutor owner, GroupShard.Ports ports, GroupSettings settings, OperationQueue queue) {
        this.owner = owner;
        this.ports = ports;
        this.settings = settings;
        this.queue = queue;
        this.lookedForRoomNanos = now() - ROOM_INTERVAL.toNanos();
    }

    @Nullable
    GroupEntry find(String groupId) {
        return groups.get(groupId);
    }

    private GroupEntry findOrCreate(String groupId) {
        return groups.computeIfAbsent(
                groupId, id -> new GroupEntry(new ClassicGroup(id, settings, ports.random()), null));
    }

    /** For a client, which may never come back; see {@link #hasRoomFor}. */
    GroupEntry findOrMake(String groupId) {
        GroupEntry entry = findOrCreate(groupId);
        if (!entry.isKept()) {
            made.add(entry);
        }
        return entry;
    }

    /** Whether the group is there, or another one may be made of which nothing is kept yet. */
    boolean hasRoomFor(String groupId) {
        return made.size() < UNKEPT_MAX || groups.containsKey(groupId) || makesRoom();
    }

    private boolean makesRoom() {
        long now = now();
        if (now - lookedForRoomNanos >= ROOM_INTERVAL.toNanos()) {
            lookedForRoomNanos = now;
            made.removeIf(GroupEntry::isKept);
        }
        return made.size() < UNKEPT_MAX;
    }

    void restore(GroupSnapshot snapshot) {
        long now = now();
        GroupEntry entry = new GroupEntry(ClassicGroup.restore(snapshot, settings, ports.random(), now), snapshot);
        groups.put(snapshot.groupId(), entry);
        settle(entry, now);
    }

    /** The store has the group, or makes it one without members now. */
    void keptSomehow(String groupId) {
        findOrCreate(groupId).keptSomehow();
    }

    /** Has groups loaded anew that are given up here; to be set before anything is met. */
    void onGivenUp(Consumer<String> task) {
        reload = task;
    }

    /** The groups that may be told of. */
    List<GroupListing> list() {
        List<GroupListing> listed = new ArrayList<>(groups.size());
        for (GroupEntry entry : groups.values()) {
            GroupListing listing = entry.listing();
            if (listing != null) {
                listed.add(listing);
            }
        }
        return listed;
    }

    /** Has a group meet an event; answers when all that the group has decided until then is kept. */
    void meet(GroupEntry entry, GroupEvent event) {
        long now = now();
        Effects effects = event.on(entry.group(), now);
        apply(entry, effects, now);
        settle(entry, now);
    }

    /** As {@link #meet}, for an event that brings nothing forward: answers at once unless it changes the group. */
    void meetNow(GroupEntry entry, GroupEvent event) {
        long now = now();
        Effects effects = event.on(entry.group(), now);
        if (effects.write()) {
            apply(entry, effects, now);
            settle(entry, now);
        } else {
            Guarded.send(effects.answers(), now);
        }
    }

    private void apply(GroupEntry entry, Effects effects, long now) {
        GroupWrite write = entry.newestWrite();
        if (effects.write() && (write == null || write.isSent())) {
            write = new GroupWrite(entry, GroupSlots.of(entry.groupId()), this);
            entry.newestWrite(write);
            await(write, effects.answers());
            queue.add(write);
            entry.touch(queue.accepted());
        } else if (effects.write() && write != null) {
            await(write, effects.answers());
        } else {
            answer(write, effects.answers(), now);
        }
    }

    /** Of an event that leaves the group as it is: whoever was turned down need not wait until it is kept. */
    private void answer(@Nullable GroupWrite write, List<Answer> answers, long now) {
        List<Answer> atOnce = new ArrayList<>();
        List<Answer> later = new ArrayList<>();
        for (Answer answer : answers) {
            (write == null || answer.decidesNothing() ? atOnce : later).add(answer);
        }
        if (write != null) {
            await(write, later);
        }
        Guarded.send(atOnce, now);
    }

    private void await(GroupWrite write, List<Answer> answers) {
        answersWaiting += answers.size();
        write.await(answers);
    }

    /** Whether so many wait for groups to be kept that nobody else should. */
    boolean isFull() {
        return answersWaiting >= ANSWERS_MAX;
    }

    @Override
    public void answered(int answers) {
        answersWaiting -= answers;
    }

    /** A group that has decided what is not kept: nobody may hear of it. Whoever waits in it has to ask again. */
    @Override
    public void givenUp(GroupEntry entry) {
        if (groups.get(entry.groupId()) != entry) {
            return;
        }
        drop(entry);
        GroupWrite next = entry.newestWrite();
        if (next != null) {
            queue.refuse(next, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        }
        Guarded.send(entry.group().abandon(ErrorCode.COORDINATOR_NOT_AVAILABLE).answers(), now());
        reload.accept(entry.groupId());
    }

    /** After an event: forgets a group that is nothing, and sees to it that one is called when something is due. */
    void settle(GroupEntry entry, long now) {
        if (entry.isNothing()) {
            drop(entry);
            return;
        }
        long due = entry.group().nextDueNanos();
        if (due == Long.MAX_VALUE || entry.isWatched(due)) {
            return;
        }
        watch(entry, Duration.ofNanos(Math.max(0, due - now)), due);
    }

    /** Timeouts move while the timer waits: then it only waits on. */
    private void ring(GroupEntry entry) {
        entry.rang();
        if (groups.get(entry.groupId()) != entry) {
            return;
        }
        try {
            long now = now();
            if (entry.group().nextDueNanos() <= now) {
                apply(entry, entry.group().onTime(now), now);
            }
            settle(entry, now);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A rule of group " + entry.groupId() + " was broken", e);
            watch(entry, RING_AGAIN, entry.group().nextDueNanos());
        }
    }

    private void watch(GroupEntry entry, Duration wait, long due) {
        entry.watch(ports.scheduler().schedule(wait, () -> owner.execute(() -> ring(entry), Runnable::run)), due);
    }

    void drop(GroupEntry entry) {
        entry.unwatch();
        groups.remove(entry.groupId(), entry);
        made.remove(entry);
    }

    /**
     * Forgets a group that the store has forgotten, unless something was accepted for it since.
     *
     * @param before the count of accepted operations when the store was asked
     */
    void forget(String groupId, long before) {
        GroupEntry entry = groups.get(groupId);
        if (entry != null && entry.newestWrite() == null && !entry.isTouchedSince(before)) {
            entry.forgotten();
            settle(entry, now());
        }
    }

    /** Ends the groups of {@code slots} here; whoever waits in them is told {@code error}. */
    void abandon(Set<Integer> slots, ErrorCode error) {
        long now = now();
        for (GroupEntry entry : List.copyOf(groups.values())) {
            if (slots.contains(GroupSlots.of(entry.groupId()))) {
                drop(entry);
                Guarded.send(entry.group().abandon(error).answers(), now);
            }
        }
    }

    long now() {
        return ports.clock().monotonicNanos();
    }
}
