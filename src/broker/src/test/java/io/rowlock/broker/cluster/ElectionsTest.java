package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static io.rowlock.broker.cluster.MetadataStoreContract.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

/** Nodes whose processes die and stop, and how the others elect leaders; one store, time that a test lets pass. */
class ElectionsTest {

    private static final Duration TTL = MetadataStoreContract.TTL;
    /** One look for lapsed leases, with its jitter, and the poll that tells of it. */
    private static final Duration A_LOOK = Elections.INTERVAL.multipliedBy(2);

    private final ManualTime time = new ManualTime();
    private final FixedRandom random = new FixedRandom();
    private final InMemoryMetadataStore cluster = new InMemoryMetadataStore(time, random);
    private final Map<Integer, Member> members = new HashMap<>();

    /** What a node runs of this. */
    private final class Member implements Membership.Listener {

        final List<String> heard = new ArrayList<>();
        final Line line = new Line(cluster);
        final Membership membership;
        final ClusterMetadata metadata;
        final Elections elections;

        Member(int id) {
            membership = new Membership(line, time, time, node(id, new UUID(id, id)), this);
            metadata = new ClusterMetadata(line, time, time, Duration.ofMillis(100));
            elections = new Elections(membership, line, metadata::image, time, time, random);
            get(membership.join());
            metadata.start();
            elections.start();
        }

        /** As kill -9: nothing of it runs any more. */
        void die() {
            membership.close();
            metadata.close();
            elections.close();
        }

        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            heard.add("lapsed");
        }

        @Override
        public void restored(Duration outage) {
            heard.add("restored");
        }

        @Override
        public void fenced(long brokerEpoch) {
            heard.add("fenced");
        }

        @Override
        public void rejoined(RegistrationResult.Registered registered, Duration absence) {
            heard.add("rejoined");
        }

        @Override
        public void replaced() {
            heard.add("replaced");
        }
    }

    /** A node's way to the store, which a test cuts. */
    private static final class Line extends ForwardingStore implements LeadershipStore {

        private final InMemoryMetadataStore leadership;
        boolean cut;
        int looks;
        int testimonies;

        Line(InMemoryMetadataStore store) {
            super(store);
            this.leadership = store;
        }

        private <T> CompletionStage<T> lost() {
            return CompletableFuture.failedFuture(new MetadataUnavailableException("cut", new Exception("cut")));
        }

        @Override
        public CompletionStage<RegistrationResult> register(NodeRegistration node) {
            return cut ? lost() : super.register(node);
        }

        @Override
        public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
            return cut ? lost() : super.renewLease(nodeId, brokerEpoch, ttl);
        }

        @Override
        public CompletionStage<MetadataDelta> changesSince(long version) {
            return cut ? lost() : super.changesSince(version);
        }

        @Override
        public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
            looks++;
            return cut ? lost() : leadership.deposeLapsed(nodeId, brokerEpoch);
        }

        @Override
        public CompletionStage<Boolean> testifyRefused(
                int witness, long witnessEpoch, int refusing, long refusingEpoch) {
            testimonies++;
            return cut ? lost() : leadership.testifyRefused(witness, witnessEpoch, refusing, refusingEpoch);
        }

        @Override
        public CompletionStage<List<InSyncResult>> alterInSync(
                int nodeId, long brokerEpoch, List<InSyncChange> changes) {
            return leadership.alterInSync(nodeId, brokerEpoch, changes);
        }

        @Override
        public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
            return leadership.handOver(nodeId, brokerEpoch);
        }

        @Override
        public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(
                ElectionType type, Set<PartitionId> partitions) {
            return leadership.elect(type, partitions);
        }
    }

    private Member member(int id) {
        return Objects.requireNonNull(members.get(id));
    }

    private PartitionInfo partition(int seenBy) {
        return Objects.requireNonNull(member(seenBy).metadata.image().topic("orders"))
                .partitions()
                .get(0);
    }

    @BeforeEach
    void startThreeNodes() {
        for (int id = 1; id <= 3; id++) {
            members.put(id, new Member(id));
        }
        time.advance(TTL.multipliedBy(2));
        get(cluster.createTopics(
                List.of(new NewTopic(new UUID(7, 7), "orders", false, List.of(List.of(1, 2, 3)), Map.of()))));
        time.advance(Duration.ofSeconds(1));
        assertThat(partition(2).leader()).isEqualTo(1);
    }

    @Test
    void theNextInSyncLeadsSoonAfterTheLeaseOfTheDeadRanOut() {
        int epoch = partition(2).leaderEpoch();
        member(1).die();
        time.advance(TTL.multipliedBy(3).dividedBy(4).minus(Duration.ofMillis(1)));
        assertThat(partition(2).leader()).isEqualTo(1);
        time.advance(TTL.dividedBy(4).plus(A_LOOK));

        assertThat(partition(2).leader()).isEqualTo(2);
        assertThat(partition(2).leaderEpoch()).isGreaterThan(epoch);
        assertThat(partition(2).inSyncReplicas()).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void aNodeThatWasCutOffComesBackByItself() {
        member(1).line.cut = true;
        time.advance(TTL.plus(A_LOOK));
        assertThat(partition(2).leader()).isEqualTo(2);
        assertThat(member(1).heard).containsExactly("lapsed");

        member(1).line.cut = false;
        time.advance(TTL.dividedBy(2));
        assertThat(member(1).heard).containsExactly("lapsed", "fenced", "rejoined");
        assertThat(partition(1).leader()).isEqualTo(2);
        assertThat(Objects.requireNonNull(member(2).metadata.image().node(1)).isActive())
                .isTrue();
    }

    @Test
    void nobodyIsDeposedBecauseTheStoreWasAwayForAll() {
        members.values().forEach(each -> each.line.cut = true);
        time.advance(Duration.ofMinutes(1));
        members.values().forEach(each -> each.line.cut = false);
        time.advance(TTL.multipliedBy(3));

        members.values().forEach(each -> assertThat(each.heard).containsExactly("lapsed", "restored"));
        assertThat(partition(2).leader()).isEqualTo(1);
    }

    @Test
    void theDeadAreFoundAlsoAfterTheStoreWasAway() {
        members.values().forEach(each -> each.line.cut = true);
        member(1).die();
        time.advance(Duration.ofMinutes(1));
        members.values().forEach(each -> each.line.cut = false);
        time.advance(TTL.plus(TTL.dividedBy(2)).plus(A_LOOK));

        assertThat(partition(2).leader()).isEqualTo(2);
    }

    @Test
    void twoThatAreRefusedByANodeTheyHadReachedDeposeItAtOnce() {
        member(2).elections.connected(1);
        member(3).elections.connected(1);
        member(1).die();
        member(2).elections.refused(1);
        time.advance(Duration.ofMillis(200));
        assertThat(partition(2).leader()).isEqualTo(1);
        member(3).elections.refused(1);
        time.advance(Duration.ofMillis(200));

        assertThat(partition(2).leader()).isEqualTo(2);
    }

    @Test
    void whoNeverReachedARegistrationSaysNothingAgainstIt() {
        Member two = member(2);
        two.elections.refused(1);
        assertThat(two.line.testimonies).isZero();

        two.elections.connected(1);
        member(1).die();
        members.put(1, new Member(1));
        time.advance(Duration.ofMillis(200));
        two.elections.refused(1);
        assertThat(two.line.testimonies).isZero();

        two.elections.connected(1);
        two.elections.refused(1);
        assertThat(two.line.testimonies).isEqualTo(1);
    }

    @Test
    void whoStopsByPlanIsNotTestifiedAgainst() {
        Member two = member(2);
        two.elections.connected(1);
        Member one = member(1);
        get(one.line.handOver(1, one.membership.brokerEpoch()));
        time.advance(Duration.ofSeconds(1));
        assertThat(partition(2).leader()).isEqualTo(2);
        one.die();
        two.elections.refused(1);

        assertThat(two.line.testimonies).isZero();
    }

    @Test
    void testimoniesAreGivenNowAndThenHoweverManyConnectionsAreRefused() {
        Member two = member(2);
        two.elections.connected(1);
        two.elections.refused(1);
        time.advance(Elections.TESTIMONY_PAUSE.minusNanos(1));
        two.elections.refused(1);
        assertThat(two.line.testimonies).isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        two.elections.refused(1);
        assertThat(two.line.testimonies).isEqualTo(2);
    }

    @Test
    void aNodeThatIsAloneAsksNothing() {
        for (int id = 2; id <= 3; id++) {
            member(id).die();
        }
        time.advance(TTL.plus(A_LOOK));
        int looks = member(1).line.looks;
        assertThat(looks).isPositive();
        time.advance(TTL.multipliedBy(10));

        assertThat(member(1).line.looks).isEqualTo(looks);
    }

    @Test
    void aNodeThatJustStartedDeposesNobody() {
        member(1).die();
        member(2).die();
        member(3).die();
        time.advance(TTL.multipliedBy(2));
        Member back = new Member(1);
        time.advance(TTL.minus(Duration.ofMillis(1)));
        assertThat(back.line.looks).isZero();
        time.advance(A_LOOK);
        assertThat(back.line.looks).isPositive();
        assertThat(Objects.requireNonNull(back.metadata.image().node(2)).isActive())
                .isFalse();
    }
}
