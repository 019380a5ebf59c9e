package io.rowlock.broker.group;

import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of the groups whose slots this node holds. Everything that it tells of a group is kept by the store before;
 * the exceptions, which say so, promise nothing that is not.
 *
 * <p>Thread-safe; never blocks. What callers pass in is run on the owner of the group, which may be the caller's own thread,
 * and must not block either. {@code host} is where the caller runs, see {@link OwnerExecutor#execute(Runnable, Executor)}.
 *
 * <p>Errors of every request: COORDINATOR_LOAD_IN_PROGRESS to try again here in a moment (the groups are being loaded, the
 * store does not answer, too much waits), NOT_COORDINATOR where the group is another node's, or will be because this one
 * stops, COORDINATOR_NOT_AVAILABLE when the only node stops.
 */
public final class GroupCoordinator {

    private final List<GroupShard> shards;
    private final SlotKeeper keeper;
    private final int nodeId;
    private volatile @Nullable CoordinatorCluster cluster;
    private volatile boolean stopping;

    /** @param owners each gets a part of the slots; at least one */
    public GroupCoordinator(
            int nodeId,
            CoordinatorSettings settings,
            GroupStore store,
            List<OwnerExecutor> owners,
            Clock clock,
            Scheduler scheduler,
            RandomSource random) {
        this(
                nodeId,
                settings,
                store,
                owners,
                new GroupShard.Ports(clock, scheduler, random),
                OperationQueue.Limits.DEFAULT);
    }

    GroupCoordinator(
            int nodeId,
            CoordinatorSettings settings,
            GroupStore store,
            List<OwnerExecutor> owners,
            GroupShard.Ports ports,
            OperationQueue.Limits limits) {
        List<GroupShard> parts = new ArrayList<>();
        this.nodeId = nodeId;
        for (int i = 0; i < owners.size(); i++) {
            parts.add(new GroupShard(
                    store, owners.get(i), ports, settings, slots(i, owners.size()), limits, new Events()));
        }
        shards = List.copyOf(parts);
        keeper = new SlotKeeper(store, owners.get(0), ports.clock(), ports.scheduler(), shards, nodeId);
    }

    private static Set<Integer> slots(int shard, int shards) {
        Set<Integer> slots = new HashSet<>();
        for (int slot = shard; slot < GroupSlots.COUNT; slot += shards) {
            slots.add(slot);
        }
        return slots;
    }

    private GroupShard shard(int slot) {
        return shards.get(slot % shards.size());
    }

    /**
     * Begins to acquire slots and to load their groups, again and again until that succeeds, and then has its share of them.
     *
     * @return completes when the groups of all slots that the node could get are loaded; never fails
     */
    public CompletionStage<Void> start(CoordinatorCluster nodes) {
        cluster = nodes;
        shards.forEach(shard -> shard.owner().execute(shard::start));
        return keeper.start(nodes).thenCompose(settled -> allOf((shard, done) -> shard.whenLoaded(done)));
    }

    private CompletableFuture<Void> allOf(BiConsumer<GroupShard, Runnable> task) {
        CompletableFuture<?>[] each = shards.stream()
                .map(shard -> {
                    CompletableFuture<Void> done = new CompletableFuture<>();
                    task.accept(shard, () -> done.complete(null));
                    return done;
                })
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(each);
    }

    /** To be told when nodes of the cluster came or went, so that slots move without delay. */
    public void nodesChanged() {
        keeper.nodesChanged();
    }

    /**
     * Takes nothing more; completes when all that was accepted is kept or refused, and the slots are given back, so that other
     * nodes take them at once. Where there are none the slots stay the node's, which has them when it starts again. Goes on to
     * know who has them until {@link #close}.
     */
    public CompletionStage<Void> stop() {
        CoordinatorCluster nodes = cluster;
        boolean others = nodes != null && nodes.active().stream().anyMatch(node -> node != nodeId);
        stopping = true;
        ErrorCode refusal = others ? ErrorCode.NOT_COORDINATOR : ErrorCode.COORDINATOR_NOT_AVAILABLE;
        CompletableFuture<Void> stopped =
                allOf((shard, done) -> shard.owner().execute(() -> shard.stop(refusal, done)));
        return others ? stopped.thenCompose(all -> keeper.release()) : stopped.thenRun(keeper::close);
    }

    /** After {@link #stop}: needs its owners no longer. */
    public void close() {
        keeper.close();
    }

    /**
     * The node to which clients should go with that group: this one also where it is not known yet whose the group is; {@link
     * SlotHolder#NOBODY} where nobody serves it.
     */
    public int coordinator(String groupId) {
        int slot = GroupSlots.of(groupId);
        CoordinatorCluster nodes = cluster;
        if (!stopping && shard(slot).state(slot) != SlotState.NOT_HELD) {
            return nodeId;
        }
        List<SlotHolder> holders = keeper.holders();
        if (holders.isEmpty() || nodes == null) {
            return SlotHolder.NOBODY;
        }
        SlotHolder holder = holders.get(slot);
        boolean gone = holder.nodeId() == nodeId || nodes.hasLeft(holder.nodeId(), holder.brokerEpoch());
        return gone ? SlotHolder.NOBODY : holder.nodeId();
    }

    /**
     * Has a group meet an event; the answers that follow from it go out when everything that the group has decided until then
     * is kept.
     *
     * @param create whether a group that does not exist is made
     * @param refused told, instead of the event being met, GROUP_ID_NOT_FOUND or an error of every request
     */
    public void onGroup(String groupId, boolean create, Executor host, GroupEvent event, Consumer<ErrorCode> refused) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.onGroup(groupId, slot, create, event, refused), host);
    }

    /**
     * As {@link #onGroup}, for an event that brings nothing forward that is due, and whose answers promise nothing that is not
     * kept, such as a heartbeat: unless it changes the group, they go out at once, whatever is still to be kept.
     */
    public void onGroupNow(String groupId, Executor host, GroupEvent event, Consumer<ErrorCode> refused) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.onGroupNow(groupId, slot, event, refused), host);
    }

    /** A group as it is kept; otherwise GROUP_ID_NOT_FOUND or an error of every request. */
    public void describe(String groupId, Executor host, Consumer<DescribedGroup> answer) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.describe(groupId, slot, answer), host);
    }

    /** All groups that are kept and whose coordinator this node is. */
    public void list(Executor host, Consumer<ListedGroups> answer) {
        AtomicReferenceArray<ListedGroups> parts = new AtomicReferenceArray<>(shards.size());
        AtomicInteger left = new AtomicInteger(shards.size());
        for (int i = 0; i < shards.size(); i++) {
            int part = i;
            GroupShard shard = shards.get(i);
            shard.owner()
                    .execute(
                            () -> {
                                parts.set(part, shard.list());
                                if (left.decrementAndGet() == 0) {
                                    answer.accept(joined(parts));
                                }
                            },
                            host);
        }
    }

    private static ListedGroups joined(AtomicReferenceArray<ListedGroups> parts) {
        ErrorCode error = ErrorCode.NONE;
        List<GroupListing> groups = new ArrayList<>();
        for (int i = 0; i < parts.length(); i++) {
            ListedGroups part = parts.get(i);
            if (part != null) {
                groups.addAll(part.groups());
                error = part.error() == ErrorCode.NONE ? error : part.error();
            }
        }
        return new ListedGroups(error, groups);
    }

    /**
     * Keeps offsets for a group; one that does not exist takes those of a client that is no member, and exists then.
     *
     * @param claim who commits
     * @param offsets all of that group
     * @param answer NONE when they are kept; otherwise what {@link ClassicGroup#checkCommit} says, GROUP_ID_NOT_FOUND for a member
     *     of a group that does not exist, or an error of every request, after which they may yet be kept
     */
    public void commit(
            String groupId, MemberClaim claim, List<OffsetCommit> offsets, Executor host, Consumer<ErrorCode> answer) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.commit(groupId, slot, claim, offsets, answer), host);
    }

    /** The committed offsets of a group as the store has them, after all commits that came before; none if there is no such group. */
    public void fetch(OffsetQuery query, Executor host, Consumer<FetchedOffsets> answer) {
        int slot = GroupSlots.of(query.groupId());
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.fetch(query, slot, answer), host);
    }

    /** Forgets committed offsets, but not those of topics that members of the group subscribe to. */
    public void deleteOffsets(
            String groupId, List<TopicOffsets> topics, Executor host, Consumer<DeletedOffsets> answer) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.deleteOffsets(groupId, slot, topics, answer), host);
    }

    /** Forgets a group with its committed offsets: NONE, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, or an error of every request. */
    public void deleteGroup(String groupId, Executor host, Consumer<ErrorCode> answer) {
        int slot = GroupSlots.of(groupId);
        GroupShard shard = shard(slot);
        shard.owner().execute(() -> shard.deleteGroup(groupId, slot, answer), host);
    }

    /** What one shard tells. */
    private final class Events implements GroupShard.Listener {

        @Override
        public void failed(Throwable failure) {
            keeper.failed(failure);
        }

        @Override
        public void lost(Set<Integer> slots) {
            keeper.lost(slots);
        }
    }
}
