package io.rowlock.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.CreateTopicResult.Created;
import io.rowlock.broker.cluster.CreateTopicResult.NameTaken;
import io.rowlock.broker.cluster.RegistrationResult.HeldByOther;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link MetadataStore} promises. An implementation's test extends it and gives each test an empty cluster. */
@Timeout(60)
public abstract class MetadataStoreContract {

    protected static final Duration TTL = Duration.ofSeconds(6);
    private static final UUID DIRECTORY = new UUID(1, 1);
    private static final UUID OTHER_DIRECTORY = new UUID(2, 2);
    private static final Map<String, Endpoint> ENDPOINTS = Map.of(
            "client", new Endpoint("node.example", 9092, "PLAINTEXT"),
            "peer", new Endpoint("10.0.0.1", 9093, "PLAINTEXT"));

    /** The store under test: the same cluster for the whole of one test, empty at its beginning. */
    protected abstract MetadataStore store();

    /** Another access to the same cluster, as a second node would have it. */
    protected abstract MetadataStore secondStore();

    /** Lets that much time pass for the leases, without waiting for it. */
    protected abstract void elapse(Duration time);

    /** What was last reported of a partition, or null. */
    protected abstract @Nullable PartitionProgress progress(UUID topicId, int partition);

    protected static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    protected static NodeRegistration node(int id, UUID directory) {
        return new NodeRegistration(id, directory, "rack-" + id, ENDPOINTS, TTL);
    }

    protected final Registered registered(NodeRegistration node) {
        RegistrationResult result = get(store().register(node));
        assertThat(result).isInstanceOf(Registered.class);
        return (Registered) result;
    }

    protected static NewTopic topic(String name, List<List<Integer>> replicas) {
        return new NewTopic(UUID.randomUUID(), name, false, replicas, Map.of());
    }

    protected final TopicInfo created(NewTopic topic) {
        assertThat(get(store().createTopics(List.of(topic)))).singleElement().isInstanceOf(Created.class);
        return current(topic.id());
    }

    protected final MetadataImage image() {
        return MetadataImage.EMPTY.apply(get(store().changesSince(0)));
    }

    private TopicInfo current(UUID id) {
        return Objects.requireNonNull(image().topic(id));
    }

    // Registration

    @Test
    void registrationIsSeenWhole() {
        Registered registered = registered(node(7, DIRECTORY));
        assertThat(registered.clusterId()).matches("[A-Za-z0-9_-]{22}");
        MetadataImage image = image();
        assertThat(image.version()).isEqualTo(registered.version());
        assertThat(image.clusterId()).isEqualTo(registered.clusterId());
        assertThat(image.nodes())
                .containsExactly(
                        new NodeInfo(7, registered.brokerEpoch(), DIRECTORY, "rack-7", ENDPOINTS, NodeState.ACTIVE));
    }

    @Test
    void aNodeMayHaveNoRack() {
        registered(new NodeRegistration(7, DIRECTORY, null, ENDPOINTS, TTL));
        assertThat(image().nodes()).singleElement().extracting(NodeInfo::rack).isNull();
    }

    @Test
    void endpointsAreReplacedByTheNextRegistration() {
        registered(node(7, DIRECTORY));
        Map<String, Endpoint> moved = Map.of("client", new Endpoint("elsewhere", 1, "PLAINTEXT"));
        registered(new NodeRegistration(7, DIRECTORY, "other", moved, TTL));
        NodeInfo node = image().node(7);
        assertThat(node).isNotNull().extracting(NodeInfo::endpoints).isEqualTo(moved);
        assertThat(node).extracting(NodeInfo::rack).isEqualTo("other");
    }

    @Test
    void theSameDirectoryTakesOverAtOnce() {
        Registered first = registered(node(1, DIRECTORY));
        Registered second = registered(node(1, DIRECTORY));
        assertThat(second.brokerEpoch()).isGreaterThan(first.brokerEpoch());
        assertThat(second.version()).isGreaterThan(first.version());
        assertThat(second.clusterId()).isEqualTo(first.clusterId());
        assertThat(get(store().renewLease(1, first.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.REPLACED);
        assertThat(get(store().renewLease(1, second.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
    }

    @Test
    void anotherDirectoryIsRefusedWhileTheLeaseRuns() {
        Registered first = registered(node(1, DIRECTORY));
        long version = image().version();
        RegistrationResult refused = get(store().register(node(1, OTHER_DIRECTORY)));
        assertThat(refused).isInstanceOf(HeldByOther.class);
        assertThat(((HeldByOther) refused).remaining()).isPositive().isLessThanOrEqualTo(TTL);
        assertThat(image().version()).isEqualTo(version);
        assertThat(get(store().renewLease(1, first.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
    }

    @Test
    void anotherDirectoryTakesOverAfterTheLease() {
        Registered first = registered(node(1, DIRECTORY));
        elapse(TTL);
        Registered second = registered(node(1, OTHER_DIRECTORY));
        assertThat(second.brokerEpoch()).isGreaterThan(first.brokerEpoch());
        assertThat(get(store().renewLease(1, first.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.REPLACED);
        // Now the first directory is the other one.
        assertThat(get(store().register(node(1, DIRECTORY)))).isInstanceOf(HeldByOther.class);
    }

    @Test
    void anotherDirectoryTakesOverAtOnceAfterAPlannedStop() {
        Registered first = registered(node(1, DIRECTORY));
        get(store().releaseLease(1, first.brokerEpoch()));
        registered(node(1, OTHER_DIRECTORY));
    }

    @Test
    void brokerEpochsAreNeverUsedTwice() {
        Set<Long> epochs = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            assertThat(epochs.add(registered(node(i % 3, new UUID(0, i % 3))).brokerEpoch()))
                    .isTrue();
        }
    }

    @Test
    void theSameDirectoryRaisesTheLeaderEpochOfWhatItLeads() {
        registered(node(1, DIRECTORY));
        registered(node(2, OTHER_DIRECTORY));
        NewTopic topic = topic("t", List.of(List.of(1, 2), List.of(2, 1), List.of(1)));
        TopicInfo before = created(topic);
        registered(node(1, DIRECTORY));
        TopicInfo after = current(topic.id());
        assertThat(after.partitions())
                .containsExactly(
                        new PartitionInfo(0, 1, 1, 1, List.of(1, 2), List.of(1, 2)),
                        before.partitions().get(1),
                        new PartitionInfo(2, 1, 1, 1, List.of(1), List.of(1)));
    }

    @Test
    void anotherDirectoryLeavesEveryInSyncReplicaSet() {
        registered(node(1, DIRECTORY));
        registered(node(2, new UUID(3, 3)));
        NewTopic topic = topic("t", List.of(List.of(1, 2), List.of(2, 1), List.of(1), List.of(2)));
        TopicInfo before = created(topic);
        elapse(TTL);
        registered(node(2, new UUID(3, 3)));
        registered(node(1, OTHER_DIRECTORY));
        TopicInfo after = current(topic.id());
        assertThat(after.partitions().get(0)).isEqualTo(new PartitionInfo(0, 2, 1, 1, List.of(1, 2), List.of(2)));
        // Led by node 2, whose own return raised the epoch; node 1 only left it.
        assertThat(after.partitions().get(1)).isEqualTo(new PartitionInfo(1, 2, 1, 2, List.of(2, 1), List.of(2)));
        assertThat(after.partitions().get(2))
                .isEqualTo(new PartitionInfo(2, PartitionInfo.NO_LEADER, 1, 1, List.of(1), List.of()));
        assertThat(after.partitions().get(3).inSyncReplicas())
                .isEqualTo(before.partitions().get(3).inSyncReplicas());
    }

    @Test
    void aLostDirectoryDoesNotGetALeaderlessPartitionBack() {
        registered(node(1, DIRECTORY));
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        elapse(TTL);
        registered(node(1, OTHER_DIRECTORY));
        registered(node(1, OTHER_DIRECTORY));
        assertThat(current(topic.id()).partitions().get(0).leader()).isEqualTo(PartitionInfo.NO_LEADER);
    }

    @Test
    void racingDirectoriesLeaveOneHolder() throws Exception {
        List<RegistrationResult> results = race(8, (store, i) -> store.register(node(1, new UUID(9, i))));
        List<Registered> winners = results.stream()
                .filter(Registered.class::isInstance)
                .map(Registered.class::cast)
                .toList();
        assertThat(winners).hasSize(1);
        assertThat(results).filteredOn(HeldByOther.class::isInstance).hasSize(7);
        assertThat(image().nodes())
                .singleElement()
                .extracting(NodeInfo::brokerEpoch)
                .isEqualTo(winners.get(0).brokerEpoch());
    }

    // Leases

    @Test
    void aLapsedLeaseIsRenewedUnlessDeposed() {
        Registered node = registered(node(1, DIRECTORY));
        elapse(TTL.multipliedBy(10));
        assertThat(get(store().renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
        assertThat(get(store().register(node(1, OTHER_DIRECTORY)))).isInstanceOf(HeldByOther.class);
    }

    @Test
    void aRenewalLastsItsTtlFromNow() {
        Registered node = registered(node(1, DIRECTORY));
        elapse(TTL.minusSeconds(2));
        assertThat(get(store().renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
        elapse(TTL.minusSeconds(2));
        assertThat(get(store().register(node(1, OTHER_DIRECTORY)))).isInstanceOf(HeldByOther.class);
        elapse(Duration.ofSeconds(2));
        assertThat(get(store().register(node(1, OTHER_DIRECTORY)))).isInstanceOf(Registered.class);
    }

    @Test
    void nobodyRenewsTheLeaseOfAnUnknownNode() {
        assertThat(get(store().renewLease(5, 1, TTL))).isEqualTo(LeaseRenewal.FENCED);
    }

    @Test
    void renewalIsNoMetadataChange() {
        Registered node = registered(node(1, DIRECTORY));
        get(store().renewLease(1, node.brokerEpoch(), TTL));
        assertThat(image().version()).isEqualTo(node.version());
    }

    @Test
    void aPlannedStopIsSeenAndUndoneByTheNextRegistration() {
        Registered node = registered(node(1, DIRECTORY));
        get(store().releaseLease(1, node.brokerEpoch()));
        get(store().releaseLease(1, node.brokerEpoch()));
        assertThat(image().version()).isEqualTo(node.version() + 1);
        assertThat(image().nodes()).singleElement().extracting(NodeInfo::state).isEqualTo(NodeState.STOPPED);
        registered(node(1, DIRECTORY));
        assertThat(image().nodes()).singleElement().extracting(NodeInfo::state).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void aLeaseThatWasGivenBackIsNotRenewed() {
        Registered node = registered(node(1, DIRECTORY));
        get(store().releaseLease(1, node.brokerEpoch()));
        assertThat(get(store().renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.FENCED);
        registered(node(1, OTHER_DIRECTORY));
        assertThat(get(store().renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.REPLACED);
    }

    @Test
    void aDeposedNodeCannotReleaseTheLeaseOfItsSuccessor() {
        Registered first = registered(node(1, DIRECTORY));
        registered(node(1, DIRECTORY));
        get(store().releaseLease(1, first.brokerEpoch()));
        assertThat(image().nodes()).singleElement().extracting(NodeInfo::state).isEqualTo(NodeState.ACTIVE);
        assertThat(get(store().register(node(1, OTHER_DIRECTORY)))).isInstanceOf(HeldByOther.class);
    }

    // Topics

    @Test
    void aCreatedTopicIsSeenWhole() {
        NewTopic topic = new NewTopic(
                UUID.randomUUID(),
                "orders",
                true,
                List.of(List.of(1, 2), List.of(2, 1)),
                Map.of("cleanup.policy", "compact", "retention.ms", "-1"));
        assertThat(created(topic))
                .isEqualTo(new TopicInfo(
                        topic.id(),
                        "orders",
                        true,
                        List.of(
                                new PartitionInfo(0, 1, 0, 0, List.of(1, 2), List.of(1, 2)),
                                new PartitionInfo(1, 2, 0, 0, List.of(2, 1), List.of(2, 1))),
                        topic.configs()));
    }

    @Test
    void creatingAgainByTheSameIdSucceedsWithoutAChange() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        long version = image().version();
        assertThat(get(store().createTopics(List.of(topic)))).containsExactly(new Created(topic.id(), version));
        assertThat(image().version()).isEqualTo(version);
        assertThat(image().topics()).hasSize(1);
    }

    @Test
    void aTakenNameIsRefusedAndHindersNobodyElse() {
        created(topic("taken", List.of(List.of(1))));
        NewTopic free = topic("free", List.of(List.of(1)));
        List<CreateTopicResult> results = get(store().createTopics(
                        List.of(topic("taken", List.of(List.of(1))), free, topic("free", List.of(List.of(1))))));
        assertThat(results)
                .containsExactly(
                        new NameTaken("taken"), new Created(free.id(), image().version()), new NameTaken("free"));
    }

    @Test
    void namesThatDifferOnlyInDotAndUnderscoreCollide() {
        created(topic("a.b_c", List.of(List.of(1))));
        assertThat(get(store().createTopics(List.of(topic("a_b.c", List.of(List.of(1)))))))
                .containsExactly(new NameTaken("a.b_c"));
    }

    @Test
    void nothingCreatedIsNoChange() {
        created(topic("t", List.of(List.of(1))));
        long version = image().version();
        get(store().createTopics(List.of(topic("t", List.of(List.of(1))))));
        get(store().createTopics(List.of()));
        assertThat(image().version()).isEqualTo(version);
    }

    @Test
    void theLongestNameFits() {
        String name = "x".repeat(249);
        assertThat(created(topic(name, List.of(List.of(1)))).name()).isEqualTo(name);
    }

    @Test
    void racingCreatorsOfOneNameLeaveOneTopic() throws Exception {
        List<List<CreateTopicResult>> results = race(
                8,
                (store, i) -> store.createTopics(
                        List.of(topic("x" + i, List.of(List.of(1))), topic("same", List.of(List.of(1))))));
        assertThat(results).allSatisfy(r -> assertThat(r.get(0)).isInstanceOf(Created.class));
        assertThat(results).filteredOn(r -> r.get(1) instanceof Created).hasSize(1);
        assertThat(image().topics()).hasSize(9);
    }

    @Test
    void aDeletedTopicIsGoneAndItsNameFree() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        UUID unknown = UUID.randomUUID();
        List<DeleteTopicResult> results = get(store().deleteTopics(List.of(unknown, topic.id())));
        assertThat(results)
                .containsExactly(new DeleteTopicResult.Unknown(), new DeleteTopicResult.Deleted(image().version()));
        assertThat(image().topics()).isEmpty();
        assertThat(get(store().deleteTopics(List.of(topic.id())))).containsExactly(new DeleteTopicResult.Unknown());
        NewTopic again = topic("t", List.of(List.of(1)));
        assertThat(created(again).configs()).isEmpty();
    }

    // Changes

    @Test
    void aDifferenceHoldsWhatChangedAndNothingElse() {
        Registered node = registered(node(1, DIRECTORY));
        NewTopic kept = topic("kept", List.of(List.of(1)));
        NewTopic gone = topic("gone", List.of(List.of(1)));
        NewTopic brief = topic("brief", List.of(List.of(1)));
        get(store().createTopics(List.of(kept, gone)));
        long version = image().version();

        NewTopic added = topic("added", List.of(List.of(1)));
        get(store().createTopics(List.of(added, brief)));
        get(store().deleteTopics(List.of(gone.id(), brief.id())));

        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.complete()).isFalse();
        assertThat(delta.version()).isEqualTo(image().version());
        assertThat(delta.clusterId()).isEqualTo(node.clusterId());
        assertThat(delta.nodes()).isEmpty();
        assertThat(delta.topics()).containsExactly(current(added.id()));
        assertThat(delta.deletedTopics()).containsExactlyInAnyOrder(gone.id(), brief.id());
        assertThat(get(store().changesSince(delta.version())).isEmpty()).isTrue();
    }

    @Test
    void aRegistrationIsADifferenceInTheNodeAndWhatItLeads() {
        registered(node(1, DIRECTORY));
        registered(node(2, OTHER_DIRECTORY));
        NewTopic led = topic("led", List.of(List.of(1, 2)));
        get(store().createTopics(List.of(led, topic("not-led", List.of(List.of(2, 1))))));
        MetadataImage before = image();
        registered(node(1, DIRECTORY));
        MetadataDelta delta = get(store().changesSince(before.version()));
        assertThat(delta.nodes()).extracting(NodeInfo::id).containsExactly(1);
        assertThat(delta.wholeTopics(before).topics()).containsExactly(current(led.id()));
    }

    @Test
    void differencesAppliedInTurnGiveTheWholeImage() {
        MetadataImage followed = image();
        for (int round = 0; round < 20; round++) {
            int id = round % 3;
            registered(node(id, new UUID(0, id)));
            NewTopic topic = topic("t" + round, List.of(List.of(id), List.of((id + 1) % 3)));
            created(topic);
            if (round % 4 == 3) {
                get(store().deleteTopics(List.of(topic.id())));
            }
            followed = followed.apply(get(store().changesSince(followed.version())));
        }
        assertSame(followed, image());
    }

    @Test
    void whoeverIsTooFarBehindGetsEverything() {
        registered(node(1, DIRECTORY));
        created(topic("old", List.of(List.of(1))));
        long version = image().version();
        for (int i = 0; i < 1_100; i++) {
            registered(node(1, DIRECTORY));
        }
        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.complete()).isTrue();
        assertSame(MetadataImage.EMPTY.apply(delta), image());
        assertThat(get(store().changesSince(delta.version() - 500)).complete()).isFalse();
    }

    @Test
    void whoeverIsAheadOfTheStoreGetsEverything() {
        registered(node(1, DIRECTORY));
        MetadataDelta delta = get(store().changesSince(1_000));
        assertThat(delta.complete()).isTrue();
        assertThat(delta.version()).isLessThan(1_000);
    }

    @Test
    void aPollerThatRacesWithWritersMissesNothing() throws Exception {
        AtomicInteger writersLeft = new AtomicInteger(4);
        CompletableFuture<MetadataImage> poller = CompletableFuture.supplyAsync(() -> {
            MetadataImage image = MetadataImage.EMPTY;
            boolean last;
            do {
                last = writersLeft.get() == 0;
                image = image.apply(get(store().changesSince(image.version())));
            } while (!last);
            return image;
        });
        race(4, (store, i) -> {
            for (int n = 0; n < 25; n++) {
                get(store.createTopics(List.of(topic("w" + i + "-" + n, List.of(List.of(1))))));
            }
            writersLeft.decrementAndGet();
            return CompletableFuture.completedFuture(i);
        });
        MetadataImage followed = poller.get(30, TimeUnit.SECONDS);
        assertThat(followed.topics()).hasSize(100);
        assertSame(followed, image());
    }

    @Test
    void aChangeIsHintedAt() throws Exception {
        CompletableFuture<Void> hinted = new CompletableFuture<>();
        store().onChangeHint(() -> hinted.complete(null));
        created(topic("t", List.of(List.of(1))));
        hinted.get(30, TimeUnit.SECONDS);
    }

    // Producer ids

    @Test
    void producerIdsAreGivenOutOnce() throws Exception {
        List<Long> firsts = race(8, (store, i) -> store.allocateProducerIds(1_000));
        List<Long> sorted = new ArrayList<>(firsts);
        sorted.sort(null);
        for (int i = 1; i < sorted.size(); i++) {
            assertThat(sorted.get(i) - sorted.get(i - 1)).isGreaterThanOrEqualTo(1_000);
        }
        assertThat(sorted.get(0)).isNotNegative();
        assertThat(get(store().allocateProducerIds(1))).isGreaterThanOrEqualTo(sorted.get(7) + 1_000);
    }

    // Progress

    @Test
    void theLastReportOfAPartitionIsKept() {
        NewTopic topic = topic("t", List.of(List.of(1), List.of(1)));
        created(topic);
        long version = image().version();
        PartitionProgress first = new PartitionProgress(topic.id(), 0, 3, 0, 10);
        PartitionProgress other = new PartitionProgress(topic.id(), 1, 3, 5, Long.MAX_VALUE);
        get(store().reportProgress(List.of(first, other)));
        assertThat(progress(topic.id(), 0)).isEqualTo(first);
        assertThat(progress(topic.id(), 1)).isEqualTo(other);
        PartitionProgress next = new PartitionProgress(topic.id(), 0, 3, 2, 10);
        get(secondStore().reportProgress(List.of(next)));
        assertThat(progress(topic.id(), 0)).isEqualTo(next);
        assertThat(progress(topic.id(), 1)).isEqualTo(other);
        assertThat(image().version()).isEqualTo(version);
    }

    @Test
    void anOlderReportOverwritesNothing() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        PartitionProgress newest = new PartitionProgress(topic.id(), 0, 4, 3, 8);
        get(store().reportProgress(List.of(newest)));
        for (PartitionProgress older : List.of(
                new PartitionProgress(topic.id(), 0, 3, 9, 9),
                new PartitionProgress(topic.id(), 0, 4, 3, 7),
                new PartitionProgress(topic.id(), 0, 4, 2, 8))) {
            get(store().reportProgress(List.of(older)));
            assertThat(progress(topic.id(), 0)).isEqualTo(newest);
        }
        // A new leader may know less: what counts is what it says.
        PartitionProgress next = new PartitionProgress(topic.id(), 0, 5, 0, 7);
        get(store().reportProgress(List.of(next)));
        assertThat(progress(topic.id(), 0)).isEqualTo(next);
    }

    @Test
    void reportsOfWhatDoesNotExistAreLeftOut() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        NewTopic gone = topic("gone", List.of(List.of(1)));
        get(store().createTopics(List.of(topic, gone)));
        PartitionProgress known = new PartitionProgress(topic.id(), 0, 0, 0, 1);
        get(store().reportProgress(List.of(new PartitionProgress(gone.id(), 0, 0, 0, 1))));
        get(store().deleteTopics(List.of(gone.id())));
        assertThat(progress(gone.id(), 0)).isNull();
        get(store().reportProgress(List.of(
                new PartitionProgress(gone.id(), 0, 0, 0, 1), new PartitionProgress(topic.id(), 1, 0, 0, 1), known)));
        assertThat(progress(gone.id(), 0)).isNull();
        assertThat(progress(topic.id(), 1)).isNull();
        assertThat(progress(topic.id(), 0)).isEqualTo(known);
        get(store().reportProgress(List.of()));
    }

    private static void assertSame(MetadataImage actual, MetadataImage expected) {
        assertThat(actual.version()).isEqualTo(expected.version());
        assertThat(actual.clusterId()).isEqualTo(expected.clusterId());
        assertThat(actual.nodes()).containsExactlyInAnyOrderElementsOf(expected.nodes());
        assertThat(actual.topics()).containsExactlyInAnyOrderElementsOf(expected.topics());
    }

    /** One call of a race, made as by node {@code index}. */
    protected interface Contender<T> {
        CompletionStage<T> call(MetadataStore store, int index);
    }

    /** Lets {@code count} contenders loose at the same moment, half of them through each store. */
    protected final <T> List<T> race(int count, Contender<T> contender) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<CompletableFuture<T>> running = IntStream.range(0, count)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                MetadataStore mine = i % 2 == 0 ? store() : secondStore();
                                awaitBarrier(start);
                                return get(contender.call(mine, i));
                            },
                            threads))
                    .toList();
            List<T> results = new ArrayList<>(count);
            for (CompletableFuture<T> one : running) {
                results.add(one.get(30, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void awaitBarrier(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
