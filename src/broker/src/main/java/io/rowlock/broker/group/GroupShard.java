package io.rowlock.broker.group;

import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some slots with their groups: acquired, loaded, served, lost, and given up at the end. Confined to its owner but for what
 * says otherwise.
 */
final class GroupShard implements OperationQueue.Shard {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** What a shard takes from the world. */
    record Ports(Clock clock, Scheduler scheduler, RandomSource random) {}

    /** What a shard tells the coordinator, on its owner. */
    interface Listener {

        /** The store failed; {@link #granted} is awaited before anything more is asked of it. */
        void failed(Throwable failure);

        /** These slots were lost to another node. */
        void lost(Set<Integer> slots);
    }

    private final GroupStore store;
    private final OwnerExecutor owner;
    private final Ports ports;
    private final CoordinatorSettings settings;
    private final ShardSlots slots;
    private final Listener listener;
    private final OperationQueue queue;
    private final GroupTable groups;
    private final ShardDoubts doubts;
    private final ShardOffsets offsets;
    private final ShardExpiry expiry;
    private int loads;
    /** What requests are told once this stops. */
    private @Nullable ErrorCode stopping;

    private @Nullable Runnable onStopped;
    private @Nullable Runnable onLoaded;
    private Scheduler.@Nullable Timer patience;

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
        this.queue = new OperationQueue(store, owner, ports, this, limits);
        this.groups = new GroupTable(owner, ports, settings.groups(), queue);
        this.doubts = new ShardDoubts(groups, queue, this::serves);
        this.groups.onGivenUp(doubts::add);
        this.offsets = new ShardOffsets(owner, ports, settings.commitTimeout(), groups, queue, doubts);
        this.expiry = new ShardExpiry(owner, ports.scheduler(), settings, this.slots, groups, queue);
    }

    OwnerExecutor owner() {
        return owner;
    }

    /** Any thread. */
    SlotState state(int slot) {
        return slots.state(slot);
    }

    // Requests

    /** What a request is told at once that concerns a group of {@code slot}; NONE if it is served. */
    private ErrorCode refusal(String groupId, int slot) {
        if (stopping != null) {
            return stopping;
        }
        ErrorCode refusal = slots.state(slot).refusal();
        return refusal == ErrorCode.NONE ? doubts.refusal(groupId) : refusal;
    }

    private boolean serves(int slot) {
        return stopping == null && slots.state(slot) == SlotState.HELD;
    }

    void onGroup(String groupId, int slot, boolean create, GroupEvent event, Consumer<ErrorCode> refused) {
        if (groups.isFull() && refusal(groupId, slot) == ErrorCode.NONE) {
            refused.accept(OperationQueue.TRY_AGAIN);
            return;
        }
        GroupEntry entry = find(groupId, slot, create, refused);
        if (entry != null) {
            guard(entry, () -> groups.meet(entry, event), refused);
        }
    }

    void onGroupNow(String groupId, int slot, GroupEvent event, Consumer<ErrorCode> refused) {
        GroupEntry entry = find(groupId, slot, false, refused);
        if (entry != null) {
            guard(entry, () -> groups.meetNow(entry, event), refused);
        }
    }

    private @Nullable GroupEntry find(String groupId, int slot, boolean create, Consumer<ErrorCode> refused) {
        ErrorCode refusal = refusal(groupId, slot);
        if (refusal != ErrorCode.NONE) {
            refused.accept(refusal);
            return null;
        }
        if (create && !groups.hasRoomFor(groupId)) {
            refused.accept(OperationQueue.TRY_AGAIN);
            return null;
        }
        GroupEntry entry = create ? groups.findOrMake(groupId) : groups.find(groupId);
        if (entry == null) {
            refused.accept(ErrorCode.GROUP_ID_NOT_FOUND);
        }
        return entry;
    }

    private static void guard(GroupEntry entry, Runnable task, Consumer<ErrorCode> refused) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A rule of group " + entry.groupId() + " was broken", e);
            refused.accept(ErrorCode.UNKNOWN_SERVER_ERROR);
        }
    }

    void describe(String groupId, int slot, Consumer<DescribedGroup> answer) {
        ErrorCode refusal = refusal(groupId, slot);
        GroupEntry entry = refusal == ErrorCode.NONE ? groups.find(groupId) : null;
        GroupSnapshot published = entry == null ? null : entry.published();
        if (published != null) {
            answer.accept(new DescribedGroup(ErrorCode.NONE, published));
        } else {
            answer.accept(DescribedGroup.refused(refusal == ErrorCode.NONE ? ErrorCode.GROUP_ID_NOT_FOUND : refusal));
        }
    }

    ListedGroups list() {
        if (stopping != null) {
            return new ListedGroups(ErrorCode.COORDINATOR_NOT_AVAILABLE, List.of());
        }
        return slots.isLoading() || !doubts.isEmpty()
                ? new ListedGroups(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, List.of())
                : new ListedGroups(ErrorCode.NONE, groups.list());
    }

    void commit(String groupId, int slot, MemberClaim claim, List<OffsetCommit> commits, Consumer<ErrorCode> answer) {
        ErrorCode refusal = refusal(groupId, slot);
        if (refusal == ErrorCode.NONE) {
            offsets.commit(groupId, slot, claim, commits, answer);
        } else {
            answer.accept(refusal);
        }
    }

    void fetch(OffsetQuery query, int slot, Consumer<FetchedOffsets> answer) {
        ErrorCode refusal = refusal(query.groupId(), slot);
        if (refusal == ErrorCode.NONE) {
            offsets.fetch(query, slot, answer);
        } else {
            answer.accept(FetchedOffsets.refused(refusal));
        }
    }

    void deleteOffsets(String groupId, int slot, List<TopicOffsets> topics, Consumer<DeletedOffsets> answer) {
        ErrorCode refusal = refusal(groupId, slot);
        if (refusal == ErrorCode.NONE) {
            offsets.deleteOffsets(groupId, slot, topics, answer);
        } else {
            answer.accept(DeletedOffsets.refused(refusal));
        }
    }

    void deleteGroup(String groupId, int slot, Consumer<ErrorCode> answer) {
        ErrorCode refusal = refusal(groupId, slot);
        if (refusal == ErrorCode.NONE) {
            offsets.deleteGroup(groupId, slot, answer);
        } else {
            answer.accept(refusal);
        }
    }

    // Slots

    /** Has nothing sent to the store until {@link #granted}; runs {@code then} when nothing is under way. Any thread. */
    void pause(Runnable then) {
        owner.execute(() -> queue.pause(then));
    }

    /** Takes over the slots that the node holds now, under new epochs; those that it lost meanwhile are loaded anew. Any thread. */
    void granted(Map<Integer, SlotGrant> held) {
        owner.execute(() -> {
            drop(slots.granted(held));
            queue.resume();
            loads++;
            Set<Integer> toLoad = slots.toLoad();
            if (!toLoad.isEmpty()) {
                load(toLoad, loads);
            }
        });
    }

    /** Gives up slots that are another node's, so far as they are this shard's. Any thread. */
    void lose(Set<Integer> lost) {
        owner.execute(() -> {
            Set<Integer> mine = new HashSet<>(lost);
            mine.retainAll(slots.all());
            slots.lose(mine);
            drop(mine);
        });
    }

    /** Runs {@code then} once the groups of all slots that the node holds are loaded. Any thread. */
    void whenLoaded(Runnable then) {
        owner.execute(() -> {
            onLoaded = then;
            tellLoaded();
        });
    }

    private void tellLoaded() {
        Runnable then = onLoaded;
        if (then != null && slots.toLoad().isEmpty()) {
            onLoaded = null;
            then.run();
        }
    }

    private void load(Set<Integer> toLoad, int load) {
        Guarded.ask(() -> store.loadGroups(toLoad))
                .whenComplete((loaded, failure) -> owner.execute(() -> {
                    if (load != loads) {
                        return;
                    }
                    if (failure != null) {
                        listener.failed(failure);
                    } else {
                        loaded(toLoad, loaded);
                    }
                }));
    }

    private void loaded(Set<Integer> asked, Collection<GroupSnapshot> loaded) {
        Set<Integer> stillHeld = slots.toLoad();
        stillHeld.retainAll(asked);
        for (GroupSnapshot group : loaded) {
            if (stillHeld.contains(GroupSlots.of(group.groupId()))) {
                doubts.restore(group);
            }
        }
        slots.loaded(stillHeld);
        tellLoaded();
    }

    @Override
    public @Nullable Long epoch(int slot) {
        return slots.epoch(slot);
    }

    @Override
    public void lost(Set<Integer> lost) {
        slots.lose(lost);
        drop(lost);
        listener.lost(lost);
    }

    private void drop(Set<Integer> lost) {
        if (!lost.isEmpty()) {
            groups.abandon(lost, ErrorCode.NOT_COORDINATOR);
            queue.refuseSlots(lost, ErrorCode.NOT_COORDINATOR);
        }
    }

    @Override
    public void failed(Throwable failure) {
        listener.failed(failure);
    }

    // From start to stop

    void start() {
        expiry.start();
    }

    /**
     * Takes nothing more; runs {@code then} when all that was accepted is either kept or refused, which is after
     * {@link CoordinatorSettings#commitTimeout} at the latest.
     *
     * @param refusal what requests are told from now on
     */
    void stop(ErrorCode refusal, Runnable then) {
        stopping = refusal;
        onStopped = then;
        expiry.stop();
        patience =
                ports.scheduler().schedule(settings.commitTimeout(), () -> owner.execute(this::giveUp, Runnable::run));
        idle();
    }

    private void giveUp() {
        if (onStopped != null && stopping != null) {
            queue.refuseAll(stopping);
            stopped(onStopped);
        }
    }

    @Override
    public void idle() {
        if (onStopped != null && queue.isIdle()) {
            stopped(onStopped);
        }
    }

    private void stopped(Runnable then) {
        onStopped = null;
        if (patience != null) {
            patience.cancel();
        }
        offsets.stop();
        groups.abandon(slots.all(), stopping == null ? ErrorCode.COORDINATOR_NOT_AVAILABLE : stopping);
        then.run();
    }
}
