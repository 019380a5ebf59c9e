package io.rowlock.broker.group;

import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The groups of some slots, with their timers and what they have to ask of the store. Confined to its owner. */
final class GroupShard implements OperationQueue.Shard {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** What a shard takes from the world. */
    record Ports(Clock clock, Scheduler scheduler, RandomSource random) {}

    /** What a shard tells the coordinator; any thread. */
    interface Listener {

        /** The store failed; {@link #granted} is awaited before anything more is asked of it. */
        void failed(Throwable failure);

        /** Slots were lost. */
        void lost();

        /** All slots are either served or known to be another node's. */
        void loaded();
    }

    private final GroupStore store;
    private final OwnerExecutor owner;
    private final Ports ports;
    private final CoordinatorSettings settings;
    private final ShardSlots slots;
    private final Listener listener;
    private final OperationQueue queue;
    private final Map<String, GroupEntry> groups = new HashMap<>();
    private boolean expiryTimer;
    private boolean expiring;
    private int loads;
    private boolean stopping;
    private @Nullable Runnable onStopped;

    GroupShard(
            GroupStore store,
            OwnerExecutor owner,
            Ports ports,
            CoordinatorSettings settings,
            Set<Integer> slots,
            OperationQueue.Limits limits,
            Listener listener) {
        this.store = store;
        this.owner = owner;
        this.ports = ports;
        this.settings = settings;
        this.slots = new ShardSlots(slots);
        this.listener = listener;
        this.queue = new OperationQueue(store, owner, ports.clock()::monotonicNanos, this, limits);
    }

    OwnerExecutor owner() {
        return owner;
    }

    /** Any thread. */
    SlotState state(int slot) {
        return slots.state(slot);
    }

    // Events

    /** What a request that concerns a group of {@code slot} is told at once; NONE if it is served. */
    private ErrorCode refusal(int slot) {
        return stopping
                ? ErrorCode.COORDINATOR_NOT_AVAILABLE
                : slots.state(slot).refusal();
    }

    void onGroup(String groupId, int slot, boolean create, GroupEvent event, Consumer<ErrorCode> refused) {
        ErrorCode refusal = refusal(slot);
        if (refusal != ErrorCode.NONE) {
            refused.accept(refusal);
            return;
        }
        GroupEntry entry = groups.get(groupId);
        if (entry == null && create) {
            entry = new GroupEntry(new ClassicGroup(groupId, settings.groups(), ports.random()), null);
            groups.put(groupId, entry);
        }
        if (entry == null) {
            refused.accept(ErrorCode.GROUP_ID_NOT_FOUND);
            return;
        }
        long now = now();
        Effects effects;
        try {
            effects = event.on(entry.group(), now);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A rule of group " + groupId + " was broken", e);
            refused.accept(ErrorCode.UNKNOWN_SERVER_ERROR);
            return;
        }
        apply(entry, slot, effects, now);
        settle(entry, now);
    }

    void onGroupNow(String groupId, int slot, GroupEvent event, Consumer<ErrorCode> refused) {
        ErrorCode refusal = refusal(slot);
        GroupEntry entry = refusal == ErrorCode.NONE ? groups.get(groupId) : null;
        if (entry == null) {
            refused.accept(refusal == ErrorCode.NONE ? ErrorCode.GROUP_ID_NOT_FOUND : refusal);
            return;
        }
        long now = now();
        Effects effects = event.on(entry.group(), now);
        if (effects.write()) {
            apply(entry, slot, effects, now);
            settle(entry, now);
        } else {
            Answers.send(effects.answers(), now);
        }
    }

    /** Answers now, or when all that the group has decided until now is kept. */
    private void apply(GroupEntry entry, int slot, Effects effects, long now) {
        GroupWrite write = entry.newestWrite();
        if (effects.write() && (write == null || write.isSent())) {
            write = new GroupWrite(entry, slot);
            entry.newestWrite(write);
            write.await(effects.answers());
            queue.add(write);
            entry.touch(queue.accepted());
        } else if (write != null) {
            write.await(effects.answers());
        } else {
            Answers.send(effects.answers(), now);
        }
    }

    /** After an event: forgets a group that is nothing, and sees to it that it is called when something is due. */
    private void settle(GroupEntry entry, long now) {
        if (entry.isNothing()) {
            drop(entry);
            return;
        }
        long due = entry.group().nextDueNanos();
        if (due != Long.MAX_VALUE && !entry.isWatched(due)) {
            entry.watch(
                    ports.scheduler()
                            .schedule(
                                    Duration.ofNanos(Math.max(0, due - now)),
                                    () -> owner.execute(() -> ring(entry), Runnable::run)),
                    due);
        }
    }

    private void ring(GroupEntry entry) {
        entry.rang();
        if (groups.get(entry.groupId()) != entry) {
            return;
        }
        long now = now();
        long due = entry.group().nextDueNanos();
        if (due != Long.MAX_VALUE && due - now <= 0) {
            apply(entry, GroupSlots.of(entry.groupId()), entry.group().onTime(now), now);
        }
        settle(entry, now);
    }

    private void drop(GroupEntry entry) {
        entry.unwatch();
        groups.remove(entry.groupId(), entry);
    }

    // Offsets

    void commit(String groupId, int slot, MemberClaim claim, List<OffsetCommit> offsets, Consumer<ErrorCode> answer) {
        long now = now();
        ErrorCode error = refusal(slot);
        GroupEntry entry = groups.get(groupId);
        if (error == ErrorCode.NONE) {
            error = entry == null ? checkStranger(claim) : entry.group().checkCommit(claim, now);
        }
        if (error != ErrorCode.NONE || offsets.isEmpty()) {
            answer.accept(error);
            return;
        }
        offer(new CommitOperation(groupId, slot, deadline(now), offsets, () -> keptOffsets(groupId), answer));
        if (entry != null) {
            entry.touch(queue.accepted());
        }
    }

    /** A group that nobody has joined takes commits of clients that are no members. */
    private static ErrorCode checkStranger(MemberClaim claim) {
        return claim.generation() < 0 ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND;
    }

    private void keptOffsets(String groupId) {
        GroupEntry entry = groups.get(groupId);
        if (entry == null) {
            entry = new GroupEntry(new ClassicGroup(groupId, settings.groups(), ports.random()), null);
            groups.put(groupId, entry);
        }
        entry.keptSomehow();
    }

    void fetch(OffsetQuery query, int slot, Consumer<FetchedOffsets> answer) {
        ErrorCode error = refusal(slot);
        if (error == ErrorCode.NONE) {
            offer(new FetchOperation(slot, deadline(now()), query, answer));
        } else {
            answer.accept(FetchedOffsets.refused(error));
        }
    }

    void deleteOffsets(String groupId, int slot, List<TopicOffsets> topics, Consumer<DeletedOffsets> answer) {
        ErrorCode refusal = refusal(slot);
        GroupEntry entry = refusal == ErrorCode.NONE ? groups.get(groupId) : null;
        OffsetDeletionPlan plan = OffsetDeletionPlan.of(refusal, entry == null ? null : entry.group(), topics);
        if (plan.error() != ErrorCode.NONE || plan.offsets().isEmpty()) {
            answer.accept(new DeletedOffsets(plan.error(), plan.subscribed()));
            return;
        }
        offer(new OffsetDeletion(
                groupId,
                slot,
                deadline(now()),
                plan.offsets(),
                error -> answer.accept(
                        error == ErrorCode.NONE
                                ? new DeletedOffsets(error, plan.subscribed())
                                : DeletedOffsets.refused(error))));
    }

    void deleteGroup(String groupId, int slot, Consumer<ErrorCode> answer) {
        ErrorCode refusal = refusal(slot);
        GroupEntry entry = refusal == ErrorCode.NONE ? groups.get(groupId) : null;
        if (entry == null) {
            answer.accept(refusal == ErrorCode.NONE ? ErrorCode.GROUP_ID_NOT_FOUND : refusal);
            return;
        }
        GroupSnapshot before = entry.group().snapshot();
        ErrorCode error = entry.group().delete();
        if (error != ErrorCode.NONE) {
            answer.accept(error);
            return;
        }
        entry.deleted(before);
        drop(entry);
        offer(new GroupDeletion(groupId, slot, deadline(now()), () -> notDeleted(before, slot), answer));
    }

    private void notDeleted(GroupSnapshot before, int slot) {
        if (slots.state(slot) == SlotState.HELD && !groups.containsKey(before.groupId())) {
            restore(before);
        }
    }

    private long deadline(long now) {
        return now + settings.commitTimeout().toNanos();
    }

    private void offer(Operation operation) {
        if (!queue.offer(operation)) {
            operation.refuse(OperationQueue.TRY_AGAIN);
            return;
        }
        if (!expiryTimer) {
            expireAt(operation.deadlineNanos());
        }
    }

    /** One timer for all that clients wait for: time is up for them in the order in which they came. */
    private void expireAt(long deadline) {
        expiryTimer = true;
        ports.scheduler()
                .schedule(
                        Duration.ofNanos(Math.max(0, deadline - now())),
                        () -> owner.execute(this::expireWaiting, Runnable::run));
    }

    private void expireWaiting() {
        expiryTimer = false;
        long next = queue.expire(now());
        if (next != Operation.NO_DEADLINE) {
            expireAt(next);
        }
    }

    // Questions

    void describe(String groupId, int slot, Consumer<DescribedGroup> answer) {
        ErrorCode refusal = refusal(slot);
        GroupEntry entry = refusal == ErrorCode.NONE ? groups.get(groupId) : null;
        GroupSnapshot published = entry == null ? null : entry.published();
        if (published != null) {
            answer.accept(new DescribedGroup(ErrorCode.NONE, published));
        } else {
            answer.accept(DescribedGroup.refused(refusal == ErrorCode.NONE ? ErrorCode.GROUP_ID_NOT_FOUND : refusal));
        }
    }

    ListedGroups list() {
        if (stopping || slots.isLoading()) {
            return new ListedGroups(
                    stopping ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, List.of());
        }
        List<GroupSnapshot> published = new ArrayList<>();
        for (GroupEntry entry : groups.values()) {
            GroupSnapshot snapshot = entry.published();
            if (snapshot != null) {
                published.add(snapshot);
            }
        }
        return new ListedGroups(ErrorCode.NONE, published);
    }

    // Slots

    /** Has nothing sent to the store until {@link #granted}; runs {@code then} when nothing is under way. Any thread. */
    void pause(Runnable then) {
        owner.execute(() -> queue.pause(then));
    }

    /** Takes over the slots that the node holds now, under new epochs. Any thread. */
    void granted(Map<Integer, Long> held) {
        owner.execute(() -> {
            dropGroups(slots.granted(held));
            loads++;
            Set<Integer> toLoad = slots.toLoad();
            if (toLoad.isEmpty()) {
                queue.resume();
                listener.loaded();
            } else {
                load(toLoad, loads);
            }
        });
    }

    private void load(Set<Integer> toLoad, int load) {
        store.loadGroups(toLoad)
                .whenComplete((loaded, failure) -> owner.execute(() -> {
                    if (load != loads) {
                        return;
                    }
                    if (loaded == null) {
                        listener.failed(failure == null ? new IllegalStateException("no answer") : failure);
                        return;
                    }
                    loaded(toLoad, loaded);
                }));
    }

    private void loaded(Set<Integer> toLoad, Collection<GroupSnapshot> loaded) {
        for (GroupSnapshot snapshot : loaded) {
            try {
                restore(snapshot);
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Group " + snapshot.groupId() + " cannot be restored; its members have to join again",
                        e);
            }
        }
        slots.loaded(toLoad);
        queue.resume();
        listener.loaded();
    }

    private void restore(GroupSnapshot snapshot) {
        long now = now();
        GroupEntry entry =
                new GroupEntry(ClassicGroup.restore(snapshot, settings.groups(), ports.random(), now), snapshot);
        groups.put(snapshot.groupId(), entry);
        settle(entry, now);
    }

    @Override
    public @Nullable Long epoch(int slot) {
        return slots.epoch(slot);
    }

    @Override
    public Map<Integer, Long> epochs() {
        return slots.served();
    }

    @Override
    public void lost(Set<Integer> lost) {
        slots.lose(lost);
        dropGroups(lost);
        listener.lost();
    }

    @Override
    public void failed(Throwable failure) {
        listener.failed(failure);
    }

    private void dropGroups(Set<Integer> lost) {
        if (lost.isEmpty()) {
            return;
        }
        queue.refuseSlots(lost, ErrorCode.NOT_COORDINATOR);
        long now = now();
        for (GroupEntry entry : List.copyOf(groups.values())) {
            if (lost.contains(GroupSlots.of(entry.groupId()))) {
                drop(entry);
                Answers.send(entry.group().abandon(ErrorCode.NOT_COORDINATOR).answers(), now);
            }
        }
    }

    // Time

    /** Looks for expired offsets from time to time. */
    void start() {
        ports.scheduler().schedule(settings.retentionCheckInterval(), () -> owner.execute(this::lookForExpired));
    }

    private void lookForExpired() {
        if (stopping) {
            return;
        }
        if (!expiring && !slots.served().isEmpty()) {
            expiring = true;
            long before = queue.accepted();
            queue.add(new Expiry(settings.offsetsRetention(), gone -> forget(gone, before)));
        }
        start();
    }

    /** Forgets groups that the store has forgotten, unless something was accepted for them since. */
    private void forget(Set<String> gone, long before) {
        expiring = false;
        for (String groupId : gone) {
            GroupEntry entry = groups.get(groupId);
            if (entry != null && entry.newestWrite() == null && !entry.isTouchedSince(before)) {
                entry.forgotten();
                settle(entry, now());
            }
        }
    }

    private long now() {
        return ports.clock().monotonicNanos();
    }

    // Stop

    /**
     * Takes nothing more; runs {@code then} when all that was accepted is either kept or refused, which is after
     * {@link CoordinatorSettings#commitTimeout} at the latest.
     */
    void stop(Runnable then) {
        stopping = true;
        onStopped = then;
        ports.scheduler().schedule(settings.commitTimeout(), () -> owner.execute(this::giveUp));
        stopIfIdle();
    }

    private void giveUp() {
        if (onStopped != null) {
            queue.refuseAll(ErrorCode.COORDINATOR_NOT_AVAILABLE);
            stopped();
        }
    }

    @Override
    public void idle() {
        stopIfIdle();
    }

    private void stopIfIdle() {
        if (onStopped != null && queue.isIdle()) {
            stopped();
        }
    }

    private void stopped() {
        Runnable then = onStopped;
        onStopped = null;
        long now = now();
        for (GroupEntry entry : List.copyOf(groups.values())) {
            drop(entry);
            Answers.send(
                    entry.group().abandon(ErrorCode.COORDINATOR_NOT_AVAILABLE).answers(), now);
        }
        if (then != null) {
            then.run();
        }
    }
}
