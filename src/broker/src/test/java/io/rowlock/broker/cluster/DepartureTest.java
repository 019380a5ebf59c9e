package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static io.rowlock.broker.cluster.MetadataStoreContract.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.config.BrokerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that stops by plan, and one that gets back what it is to lead. */
class DepartureTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(100);

    private final ManualTime time = new ManualTime();
    private final FixedRandom random = new FixedRandom();
    private final InMemoryMetadataStore cluster = new InMemoryMetadataStore(time, random);
    private final ClusterMetadata metadata = new ClusterMetadata(cluster, time, time, POLL);
    private final List<Membership> members = new ArrayList<>();
    /** Of node 1: whether what it was told of its partitions is done. */
    private CompletableFuture<Void> resigned = CompletableFuture.completedFuture(null);

    /** What becomes of these nodes' leases is of no interest here. */
    private static final class Silent implements Membership.Listener {
        @Override
        public void lapsed(@Nullable Throwable lastFailure) {}

        @Override
        public void restored(Duration outage) {}

        @Override
        public void fenced(long brokerEpoch) {}

        @Override
        public void rejoined(RegistrationResult.Registered registered, Duration absence) {}

        @Override
        public void replaced() {}
    }

    private Membership join(int id) {
        Membership member = new Membership(cluster, time, time, node(id, new UUID(id, id)), new Silent());
        get(member.join());
        members.add(member);
        return member;
    }

    private Membership first() {
        return members.get(0);
    }

    private Departure departure() {
        return new Departure(first(), cluster, metadata::image, this::served, time);
    }

    private CompletionStage<Void> served(long version) {
        return metadata.awaitVersion(version).thenCompose(seen -> resigned);
    }

    private PartitionInfo partition() {
        return Objects.requireNonNull(metadata.image().topic("orders"))
                .partitions()
                .get(0);
    }

    private void create(List<Integer> replicas) {
        get(cluster.createTopics(List.of(new NewTopic(new UUID(7, 7), "orders", false, List.of(replicas), Map.of()))));
        time.advance(POLL);
    }

    @BeforeEach
    void follow() {
        metadata.start();
        join(1);
    }

    @Test
    void aNodeThatIsAloneStopsAtOnce() {
        create(List.of(1));
        assertThat(departure().handOver(LIMIT)).isCompleted();
        assertThat(partition().leader()).isEqualTo(1);
    }

    @Test
    void leadsNothingMoreOnceItHasHandedOverAndTheOthersHadTimeToHearOfIt() {
        join(2);
        create(List.of(1, 2));
        resigned = new CompletableFuture<>();
        CompletionStage<Void> over = departure().handOver(LIMIT);
        time.advance(POLL);
        assertThat(partition().leader()).isEqualTo(2);
        assertThat(partition().inSyncReplicas()).containsExactly(2);
        time.advance(Departure.TO_BE_HEARD);
        assertThat(over).isNotCompleted();

        resigned.complete(null);
        time.advance(Departure.TO_BE_HEARD.minusNanos(1));
        assertThat(over).isNotCompleted();
        time.advance(Duration.ofNanos(1));
        assertThat(over).isCompleted();
    }

    @Test
    void waitsForNobodyWhereItLedNothing() {
        join(2);
        create(List.of(2));
        CompletionStage<Void> over = departure().handOver(LIMIT);
        time.advance(POLL);
        assertThat(over).isCompleted();
    }

    @Test
    void waitsNoLongerThanItMay() {
        join(2);
        create(List.of(1, 2));
        resigned = new CompletableFuture<>();
        CompletionStage<Void> over = departure().handOver(LIMIT);
        time.advance(LIMIT.minusNanos(1));
        assertThat(over).isNotCompleted();
        time.advance(Duration.ofNanos(1));
        assertThat(over).isCompleted();
    }

    @Test
    void stopsAlsoWhereItsPartitionsFail() {
        join(2);
        create(List.of(1, 2));
        resigned = CompletableFuture.failedFuture(new IllegalStateException("closed"));
        CompletionStage<Void> over = departure().handOver(LIMIT);
        time.advance(POLL);
        assertThat(over).isCompleted();
    }

    /** Node 2 leads what node 1 is to lead, and node 1 is back in sync or not. */
    private void away(boolean inSync) {
        join(2);
        create(List.of(1, 2));
        departure().handOver(LIMIT);
        time.advance(POLL);
        first().close();
        Membership back = join(1);
        members.set(0, back);
        if (inSync) {
            PartitionInfo now = partition();
            get(cluster.alterInSync(
                    2,
                    members.get(1).brokerEpoch(),
                    List.of(new InSyncChange(
                            new PartitionId(new UUID(7, 7), 0),
                            now.leaderEpoch(),
                            now.partitionEpoch(),
                            List.of(
                                    new InSyncChange.Member(2, InSyncChange.Member.UNCHECKED),
                                    new InSyncChange.Member(1, back.brokerEpoch()))))));
        }
        time.advance(POLL);
        assertThat(partition().leader()).isEqualTo(2);
    }

    private void rebalance(Map<String, String> settings) {
        BrokerSettings values = BrokerSettings.of(settings);
        new PreferredLeaders(first(), cluster, metadata::image, () -> values, time, time, random).start();
    }

    @Test
    void isGivenBackWhatItIsToLeadOnceItIsInSync() {
        away(true);
        rebalance(Map.of("leader.imbalance.check.interval.seconds", "10"));
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(partition().leader()).isEqualTo(2);
        time.advance(Duration.ofSeconds(1).plus(POLL));
        assertThat(partition().leader()).isEqualTo(1);
    }

    @Test
    void isNotGivenBackWhatItHasNotCaughtUpWith() {
        away(false);
        assertThat(PreferredLeaders.toBringBack(metadata.image(), 1)).isEmpty();
    }

    @Test
    void isGivenBackNothingWhereTheOperatorSaysSo() {
        away(true);
        rebalance(Map.of("leader.imbalance.check.interval.seconds", "10", "auto.leader.rebalance.enable", "false"));
        time.advance(Duration.ofSeconds(60));
        assertThat(partition().leader()).isEqualTo(2);
    }

    @Test
    void isGivenBackAThousandAtATime() {
        join(2);
        List<List<Integer>> many = new ArrayList<>();
        for (int i = 0; i <= PreferredLeaders.ELECTIONS_PER_ROUND_MAX; i++) {
            many.add(List.of(1, 2));
        }
        get(cluster.createTopics(List.of(new NewTopic(new UUID(7, 7), "orders", false, many, Map.of()))));
        time.advance(POLL);
        MetadataImage image = metadata.image();
        assertThat(PreferredLeaders.toBringBack(image, 1)).isEmpty();
        assertThat(PreferredLeaders.toBringBack(image, 2)).isEmpty();
        TopicInfo topic = Objects.requireNonNull(image.topic("orders"));
        List<PartitionInfo> led = topic.partitions().stream()
                .map(p -> new PartitionInfo(
                        p.index(), 2, p.leaderEpoch(), p.partitionEpoch(), p.replicas(), p.inSyncReplicas()))
                .toList();
        MetadataImage away = image.apply(new MetadataDelta(
                image.version() + 1,
                false,
                image.clusterId(),
                List.of(),
                List.of(new TopicInfo(topic.id(), topic.name(), false, led, Map.of())),
                Set.of()));
        assertThat(PreferredLeaders.toBringBack(away, 1)).hasSize(PreferredLeaders.ELECTIONS_PER_ROUND_MAX);
    }
}
