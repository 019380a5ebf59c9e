package io.rowlock.broker.group;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimOwner;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A node's coordinator on simulated owners and time, with a store that can be disturbed; alone, or with others on the same
 * store. One thread.
 */
final class CoordinatorBench {

    static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    static final Duration RETENTION = Duration.ofHours(1);
    static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(10);
    static final UUID TOPIC = new UUID(4, 4);
    static final MemberClaim STRANGER = new MemberClaim("", null, -1);
    /** Members join at once. */
    private static final CoordinatorSettings SETTINGS = new CoordinatorSettings(
            new GroupSettings(Duration.ZERO, Duration.ofSeconds(6), Duration.ofMinutes(30), Integer.MAX_VALUE),
            COMMIT_TIMEOUT,
            RETENTION,
            EXPIRY_INTERVAL);

    static final Duration TTL = Duration.ofSeconds(6);

    /** What nodes have in common. */
    private record World(
            SimClock clock,
            SimScheduler scheduler,
            InMemoryMetadataStore metadata,
            InMemoryGroupStore kept,
            List<CoordinatorBench> nodes,
            Map<Integer, Standing> states) {}

    /** How a node stands under its latest registration. */
    private record Standing(NodeState state, long brokerEpoch) {}

    final int nodeId;
    final SimClock clock;
    final SimScheduler scheduler;
    /** Whether it may take slots of nodes whose lease has lapsed. */
    boolean mayDepose = true;
    /** Whether the coordinator's clock throws. */
    boolean clockBroken;

    /** Whether the process is stopped, by a signal, without knowing it. */
    boolean paused;

    private final SimRandom random;
    final FaultyGroupStore store;
    private final World world;
    private final InMemoryMetadataStore metadata;
    private final InMemoryGroupStore kept;
    private final OperationQueue.Limits limits;
    private List<SimOwner> owners = List.of();
    private int shards = 1;
    private @Nullable GroupCoordinator running;
    private boolean loaded;
    private long brokerEpoch;
    private Map<Integer, Standing> known = Map.of();

    CoordinatorBench() {
        this(OperationQueue.Limits.DEFAULT);
    }

    CoordinatorBench(SimRandom random) {
        this(OperationQueue.Limits.DEFAULT, random);
    }

    CoordinatorBench(OperationQueue.Limits limits) {
        this(limits, new SimRandom(3));
    }

    private CoordinatorBench(OperationQueue.Limits limits, SimRandom random) {
        this(1, limits, random, world(random));
        metadata.createTopics(List.of(new NewTopic(TOPIC, "orders", false, List.of(List.of(1), List.of(1)), Map.of())));
    }

    private CoordinatorBench(int nodeId, OperationQueue.Limits limits, SimRandom random, World world) {
        this.nodeId = nodeId;
        this.random = random;
        this.world = world;
        this.clock = world.clock();
        this.scheduler = world.scheduler();
        this.metadata = world.metadata();
        this.kept = world.kept();
        this.limits = limits;
        store = new FaultyGroupStore(kept);
        world.nodes().add(this);
    }

    private static World world(SimRandom random) {
        SimClock clock = new SimClock();
        InMemoryMetadataStore metadata = new InMemoryMetadataStore(clock, random);
        return new World(
                clock,
                new SimScheduler(clock),
                metadata,
                new InMemoryGroupStore(metadata, clock),
                new ArrayList<>(),
                new HashMap<>());
    }

    /** Nodes 1 to {@code number}, which know of each other; none has begun. */
    static List<CoordinatorBench> cluster(int number, SimRandom random) {
        CoordinatorBench first = new CoordinatorBench(random);
        for (int id = 2; id <= number; id++) {
            CoordinatorBench unused =
                    new CoordinatorBench(id, OperationQueue.Limits.DEFAULT, random.split(), first.world);
        }
        return List.copyOf(first.world.nodes());
    }

    CoordinatorBench shards(int number) {
        shards = number;
        return this;
    }

    GroupCoordinator coordinator() {
        return Objects.requireNonNull(running);
    }

    /** Whether the start has found all groups. */
    boolean isLoaded() {
        return loaded;
    }

    /** A process of the node begins; one that runs is gone without a word. */
    CoordinatorBench start() {
        begin();
        run();
        return this;
    }

    /** As {@link #start}, but nothing runs yet. */
    void begin() {
        List<SimOwner> fresh = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            fresh.add(new SimOwner());
        }
        owners = fresh;
        GroupCoordinator started = new GroupCoordinator(
                nodeId,
                SETTINGS,
                store,
                List.<OwnerExecutor>copyOf(fresh),
                new GroupShard.Ports(new BreakableClock(), scheduler, random),
                limits);
        running = started;
        loaded = false;
        paused = false;
        registerAgain();
        started.start(new Known()).thenRun(() -> loaded = true);
    }

    /** The process takes the node's id anew, as one does that was deposed. */
    void registerAgain() {
        brokerEpoch = register(nodeId);
        world.states().put(nodeId, new Standing(NodeState.ACTIVE, brokerEpoch));
        hear();
    }

    /** The node hears what became of the others, and of itself. */
    void hear() {
        if (!known.equals(world.states())) {
            known = Map.copyOf(world.states());
            if (running != null) {
                running.nodesChanged();
            }
        }
    }

    /** Renews the lease, unless the node was deposed. */
    void renewLease() {
        if (is(world.states(), nodeId, NodeState.ACTIVE)) {
            metadata.renewLease(nodeId, brokerEpoch, TTL);
        }
    }

    private static boolean is(Map<Integer, Standing> states, int node, NodeState state) {
        Standing standing = states.get(node);
        return standing != null && standing.state() == state;
    }

    boolean hasBegun() {
        return running != null;
    }

    boolean isDeposed() {
        return is(world.states(), nodeId, NodeState.FENCED);
    }

    /** Another node has deposed this one: its registration counts no more. */
    void depose() {
        world.states().put(nodeId, new Standing(NodeState.FENCED, register(nodeId)));
    }

    /** A stop by plan, which gives the lease back in the end. */
    CompletionStage<Void> stop() {
        long epoch = brokerEpoch;
        return coordinator().stop().thenRun(() -> {
            metadata.releaseLease(nodeId, epoch);
            world.states().put(nodeId, new Standing(NodeState.STOPPED, epoch));
        });
    }

    /** The nodes that each slot's row names; -1 for none. */
    List<Integer> holders() {
        return kept.slotHolders().toCompletableFuture().join().stream()
                .map(SlotHolder::nodeId)
                .toList();
    }

    /** Of each slot. */
    List<Long> epochs() {
        return kept.slotHolders().toCompletableFuture().join().stream()
                .map(SlotHolder::epoch)
                .toList();
    }

    long register(int node) {
        NodeRegistration registration = new NodeRegistration(
                node, new UUID(node, node), null, Map.of("client", new Endpoint("host", 9092, "PLAINTEXT")), TTL);
        return ((Registered)
                        metadata.register(registration).toCompletableFuture().join())
                .brokerEpoch();
    }

    /** Whatever is queued runs, on all nodes. */
    void run() {
        boolean any = true;
        while (any) {
            any = false;
            for (CoordinatorBench node : world.nodes()) {
                any |= node.runMine();
            }
        }
    }

    private boolean runMine() {
        boolean any = false;
        for (SimOwner owner : paused ? List.<SimOwner>of() : owners) {
            any |= owner.runAll() > 0;
        }
        return any;
    }

    /** One task runs, of an owner that {@code choice} picks, if it has one. */
    void runOne(int choice) {
        if (!paused && !owners.isEmpty()) {
            owners.get(choice % owners.size()).runOne();
        }
    }

    /** Time goes by; what is due meanwhile runs when it is due. */
    void elapse(Duration duration) {
        run();
        long until = clock.monotonicNanos() + duration.toNanos();
        Long next = scheduler.nextDueNanos();
        while (next != null && next <= until) {
            scheduler.advance(Duration.ofNanos(Math.max(0, next - clock.monotonicNanos())));
            run();
            next = scheduler.nextDueNanos();
        }
        scheduler.advance(Duration.ofNanos(until - clock.monotonicNanos()));
        run();
    }

    // Requests; what they wait for comes with run()

    Reply<ErrorCode> commit(String group, long offset) {
        return commit(group, STRANGER, offset);
    }

    Reply<ErrorCode> commit(String group, MemberClaim claim, long offset) {
        return commit(group, claim, 0, offset);
    }

    Reply<ErrorCode> commit(String group, MemberClaim claim, int partition, long offset) {
        Reply<ErrorCode> reply = new Reply<>();
        OffsetCommit commit = new OffsetCommit(new OffsetKey(group, TOPIC, partition), offset, -1, "", null);
        coordinator().commit(group, claim, List.of(commit), Runnable::run, reply);
        return reply;
    }

    Reply<FetchedOffsets> fetch(String group) {
        Reply<FetchedOffsets> reply = new Reply<>();
        coordinator().fetch(new OffsetQuery(group, Set.of(TOPIC)), Runnable::run, reply);
        return reply;
    }

    /** What is committed for partition 0; -1 if nothing. */
    long offset(String group) {
        Reply<FetchedOffsets> reply = fetch(group);
        run();
        return offset(reply.get());
    }

    static long offset(FetchedOffsets fetched) {
        if (fetched.error() != ErrorCode.NONE) {
            throw new AssertionError(fetched.error());
        }
        return fetched.offsets().stream()
                .filter(each -> each.partition() == 0)
                .mapToLong(CommittedOffset::offset)
                .findAny()
                .orElse(-1);
    }

    Reply<ErrorCode> deleteGroup(String group) {
        Reply<ErrorCode> reply = new Reply<>();
        coordinator().deleteGroup(group, Runnable::run, reply);
        return reply;
    }

    Reply<DeletedOffsets> deleteOffsets(String group) {
        Reply<DeletedOffsets> reply = new Reply<>();
        coordinator()
                .deleteOffsets(
                        group,
                        List.of(new TopicOffsets("orders", List.of(new OffsetKey(group, TOPIC, 0)))),
                        Runnable::run,
                        reply);
        return reply;
    }

    Reply<JoinAnswer> join(String group, MemberClaim claim) {
        Reply<JoinAnswer> reply = new Reply<>();
        JoinCommand command = new JoinCommand(
                claim.memberId(),
                claim.instanceId(),
                "client",
                "/127.0.0.1",
                10_000,
                60_000,
                "consumer",
                List.of(TestMember.protocol("range")),
                null,
                false,
                true);
        coordinator()
                .onGroup(
                        group,
                        true,
                        Runnable::run,
                        (met, now) -> met.join(command, now, reply),
                        error -> reply.accept(JoinAnswer.refused(error, "")));
        return reply;
    }

    Reply<SyncAnswer> sync(String group, MemberClaim claim) {
        Reply<SyncAnswer> reply = new Reply<>();
        SyncCommand command =
                new SyncCommand(claim, null, null, Map.of(claim.memberId(), TestMember.share(claim.memberId())));
        coordinator()
                .onGroup(
                        group,
                        false,
                        Runnable::run,
                        (met, now) -> met.sync(command, now, reply),
                        error -> reply.accept(SyncAnswer.refused(error)));
        return reply;
    }

    Reply<LeaveAnswer> leave(String group, MemberClaim claim) {
        Reply<LeaveAnswer> reply = new Reply<>();
        List<LeavingMember> leaving = List.of(new LeavingMember(claim.memberId(), null, null));
        coordinator().onGroup(group, false, Runnable::run, (met, now) -> met.leave(leaving, now, reply), error -> {
            throw new AssertionError(error);
        });
        return reply;
    }

    Reply<ErrorCode> heartbeat(String group, MemberClaim claim) {
        Reply<ErrorCode> reply = new Reply<>();
        coordinator().onGroupNow(group, Runnable::run, (met, now) -> met.heartbeat(claim, now, reply), reply);
        return reply;
    }

    /** A group of one member that has its assignment. */
    MemberClaim member(String group) {
        Reply<JoinAnswer> joined = join(group, STRANGER);
        elapse(Duration.ofMillis(1));
        MemberClaim claim = claim(joined.get());
        Reply<SyncAnswer> synced = sync(group, claim);
        run();
        if (synced.get().error() != ErrorCode.NONE) {
            throw new AssertionError(synced.get());
        }
        return claim;
    }

    static MemberClaim claim(JoinAnswer joined) {
        if (joined.error() != ErrorCode.NONE) {
            throw new AssertionError(joined);
        }
        return new MemberClaim(joined.memberId(), null, joined.generation());
    }

    Reply<DescribedGroup> describe(String group) {
        Reply<DescribedGroup> reply = new Reply<>();
        coordinator().describe(group, Runnable::run, reply);
        run();
        return reply;
    }

    ListedGroups list() {
        Reply<ListedGroups> reply = new Reply<>();
        coordinator().list(Runnable::run, reply);
        run();
        return reply.get();
    }

    /** What the store has, whatever the line to it is like. */
    List<GroupSnapshot> kept() {
        Set<Integer> all = IntStream.range(0, GroupSlots.COUNT).boxed().collect(Collectors.toSet());
        return kept.loadGroups(all).toCompletableFuture().join();
    }

    /** The offset that the store has for a partition, whatever the line to it is like; -1 if none. */
    long keptOffset(String group, int partition) {
        return kept.fetchOffsets(List.of(new OffsetQuery(group, null))).toCompletableFuture().join().get(0).stream()
                .filter(each -> each.partition() == partition)
                .mapToLong(CommittedOffset::offset)
                .findAny()
                .orElse(-1);
    }

    /** Another node writes under what it holds, whatever this node's line to the store is like. */
    void writeElsewhere(Map<Integer, Long> held, List<GroupSnapshot> groups, List<OffsetCommit> commits) {
        Set<Integer> lost = new HashSet<>(
                kept.writeGroups(held, groups).toCompletableFuture().join());
        lost.addAll(kept.commitOffsets(held, commits).toCompletableFuture().join());
        if (!lost.isEmpty()) {
            throw new AssertionError("Not held any more: " + lost);
        }
    }

    /** Another node takes the slots of nodes whose leases have lapsed. */
    Map<Integer, Long> takeOver(int node) {
        long epoch = register(node);
        Map<Integer, Long> free = new HashMap<>();
        List<SlotHolder> holders = kept.slotHolders().toCompletableFuture().join();
        for (int slot = 0; slot < holders.size(); slot++) {
            if (holders.get(slot).lapsed()) {
                free.put(slot, holders.get(slot).epoch());
            }
        }
        return SlotGrant.epochs(
                kept.takeSlots(node, epoch, free, true).toCompletableFuture().join());
    }

    /** The nodes as this one has heard of them; those that a test registers beside it are no coordinators. */
    private final class Known implements CoordinatorCluster {

        @Override
        public long brokerEpoch() {
            return brokerEpoch;
        }

        @Override
        public boolean isDeposed() {
            return is(known, nodeId, NodeState.FENCED);
        }

        @Override
        public boolean isSteady() {
            return mayDepose;
        }

        @Override
        public Set<Integer> active() {
            Set<Integer> active = new HashSet<>(known.keySet());
            active.removeIf(node -> !is(known, node, NodeState.ACTIVE));
            return active;
        }

        @Override
        public boolean hasLeft(int other, long registered) {
            Standing standing = known.get(other);
            return standing != null
                    && standing.brokerEpoch() >= registered
                    && (standing.state() == NodeState.STOPPED || standing.state() == NodeState.FENCED);
        }
    }

    private final class BreakableClock implements Clock {

        @Override
        public long wallMillis() {
            return clock.wallMillis();
        }

        @Override
        public long monotonicNanos() {
            if (clockBroken) {
                throw new IllegalStateException("broken");
            }
            return clock.monotonicNanos();
        }
    }
}
