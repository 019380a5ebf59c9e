package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.TTL;
import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.cluster.InSyncChange.Member;
import io.rowlock.broker.cluster.InSyncResult.Altered;
import io.rowlock.broker.cluster.InSyncResult.Reason;
import io.rowlock.broker.cluster.InSyncResult.Refused;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link LeadershipStore} promises to leaders and operators. An implementation's test extends it and gives each test an
 * empty cluster.
 */
@Timeout(60)
public abstract class LeadershipContract {

    protected static final int NONE = PartitionInfo.NO_LEADER;

    private final Map<Integer, Long> epochs = new HashMap<>();

    /** The store under test: the same cluster for the whole of one test, empty at its beginning. */
    protected abstract MetadataStore store();

    /** The other side of {@link #store}. */
    protected abstract LeadershipStore leadership();

    /** Lets that much time pass for leases and testimonies, without waiting for it. */
    protected abstract void elapse(Duration time);

    // What tests say

    protected final void join(int... ids) {
        for (int id : ids) {
            register(registration(id, new UUID(id, id), false));
        }
    }

    protected static NodeRegistration registration(int id, UUID directory, boolean mayLackAcknowledged) {
        return new NodeRegistration(id, directory, null, Map.of(), TTL, mayLackAcknowledged);
    }

    protected final void register(NodeRegistration node) {
        epochs.put(node.nodeId(), ((Registered) get(store().register(node))).brokerEpoch());
    }

    /** Of the node's last registration in this test. */
    protected final long epoch(int id) {
        return Objects.requireNonNull(epochs.get(id));
    }

    protected final LeaseRenewal renew(int id) {
        return get(store().renewLease(id, epoch(id), TTL));
    }

    protected final UUID create(List<List<Integer>> replicas) {
        NewTopic topic = MetadataStoreContract.topic("t" + UUID.randomUUID(), replicas);
        get(store().createTopics(List.of(topic)));
        return topic.id();
    }

    protected final PartitionId create(Integer... replicas) {
        return new PartitionId(create(List.of(List.of(replicas))), 0);
    }

    protected final MetadataImage image() {
        return MetadataImage.EMPTY.apply(get(store().changesSince(0)));
    }

    protected final PartitionInfo now(PartitionId id) {
        return Objects.requireNonNull(image().topic(id.topicId())).partitions().get(id.index());
    }

    protected final NodeState state(int id) {
        return Objects.requireNonNull(image().node(id)).state();
    }

    protected static void assertIs(PartitionInfo p, int leader, int leaderEpoch, Integer... inSync) {
        assertThat(p.leader()).isEqualTo(leader);
        assertThat(p.leaderEpoch()).isEqualTo(leaderEpoch);
        assertThat(p.inSyncReplicas()).containsExactly(inSync);
    }

    protected final InSyncChange change(PartitionId id, Integer... members) {
        PartitionInfo p = now(id);
        return new InSyncChange(
                id,
                p.leaderEpoch(),
                p.partitionEpoch(),
                Arrays.stream(members)
                        .map(node ->
                                new Member(node, p.inSyncReplicas().contains(node) ? Member.UNCHECKED : epoch(node)))
                        .toList());
    }

    protected final InSyncResult alter(int leader, InSyncChange change) {
        List<InSyncResult> results = get(leadership().alterInSync(leader, epoch(leader), List.of(change)));
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    private void assertRefused(int leader, InSyncChange change, Reason reason) {
        PartitionInfo before = now(change.partition());
        long version = image().version();
        assertThat(alter(leader, change)).isEqualTo(new Refused(reason, before));
        assertThat(image().version()).isEqualTo(version);
        assertThat(now(change.partition())).isEqualTo(before);
    }

    // In-sync replicas

    @Test
    void aLeaderTakesReplicasOutAndIn() {
        join(1, 2, 3);
        PartitionId id = create(1, 2, 3);
        MetadataImage followed = image();
        PartitionInfo without = new PartitionInfo(0, 1, 0, 1, List.of(1, 2, 3), List.of(1, 3));
        assertThat(alter(1, change(id, 1, 3))).isEqualTo(new Altered(without));
        assertThat(now(id)).isEqualTo(without);
        PartitionInfo with = new PartitionInfo(0, 1, 0, 2, List.of(1, 2, 3), List.of(1, 3, 2));
        assertThat(alter(1, change(id, 1, 3, 2))).isEqualTo(new Altered(with));
        MetadataDelta delta = get(store().changesSince(followed.version()));
        assertThat(delta.complete()).isFalse();
        followed = followed.apply(delta);
        assertThat(Objects.requireNonNull(followed.topic(id.topicId())).partitions())
                .containsExactly(with);
        assertThat(followed.version()).isEqualTo(image().version());
    }

    @Test
    void aChangeOfOnePartitionBringsNoOthers() {
        join(1, 2);
        UUID topic = create(List.of(List.of(1, 2), List.of(1, 2), List.of(1, 2)));
        long version = image().version();
        alter(1, change(new PartitionId(topic, 1), 1));
        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.topics()).isEmpty();
        assertThat(delta.partitions()).isEqualTo(Map.of(topic, List.of(now(new PartitionId(topic, 1)))));
    }

    @Test
    void onlyTheLeaderUnderItsEpochsChanges() {
        join(1, 2, 3);
        PartitionId id = create(1, 2);
        InSyncChange right = change(id, 1);
        assertRefused(2, new InSyncChange(id, 0, 0, List.of(new Member(2, Member.UNCHECKED))), Reason.NOT_LEADER);
        assertRefused(1, new InSyncChange(id, 1, 0, right.members()), Reason.NOT_LEADER);
        assertRefused(1, new InSyncChange(id, 0, 1, right.members()), Reason.STALE);
        assertRefused(1, new InSyncChange(id, 0, -1, right.members()), Reason.STALE);
        // Its own former registration.
        long before = epoch(1);
        join(1);
        assertThat(get(leadership().alterInSync(1, before, List.of(change(id, 1)))))
                .containsExactly(new Refused(Reason.NOT_LEADER, now(id)));
        assertRefused(1, right, Reason.NOT_LEADER);
        assertThat(alter(1, change(id, 1))).isInstanceOf(Altered.class);
    }

    @Test
    void whatDoesNotExistHasNoLeader() {
        join(1);
        PartitionId known = create(1);
        for (PartitionId id : List.of(
                new PartitionId(known.topicId(), 1),
                new PartitionId(known.topicId(), -1),
                new PartitionId(UUID.randomUUID(), 0))) {
            InSyncChange change = new InSyncChange(id, 0, 0, List.of(new Member(1, Member.UNCHECKED)));
            assertThat(alter(1, change)).isEqualTo(new Refused(Reason.NOT_LEADER, null));
        }
    }

    @Test
    void onlyLiveReplicasUnderTheEpochTheyFetchedWithJoin() {
        join(1, 2, 3);
        PartitionId id = create(1, 2);
        alter(1, change(id, 1));
        long fetchedUnder = epoch(2);
        assertRefused(1, withMember(id, 3, epoch(3)), Reason.INELIGIBLE);
        assertRefused(1, withMember(id, 2, Member.UNCHECKED), Reason.INELIGIBLE);
        assertRefused(1, withMember(id, 2, fetchedUnder + 10), Reason.INELIGIBLE);
        join(2);
        assertRefused(1, withMember(id, 2, fetchedUnder), Reason.INELIGIBLE);
        elapse(TTL);
        renew(1);
        assertRefused(1, withMember(id, 2, epoch(2)), Reason.INELIGIBLE);
        renew(2);
        get(leadership().handOver(2, epoch(2)));
        assertRefused(1, withMember(id, 2, epoch(2)), Reason.INELIGIBLE);
        join(2);
        assertThat(alter(1, withMember(id, 2, epoch(2)))).isInstanceOf(Altered.class);
    }

    private InSyncChange withMember(PartitionId id, int node, long brokerEpoch) {
        PartitionInfo p = now(id);
        return new InSyncChange(
                id,
                p.leaderEpoch(),
                p.partitionEpoch(),
                List.of(new Member(1, Member.UNCHECKED), new Member(node, brokerEpoch)));
    }

    @Test
    void changesStandForThemselvesAndAreAnsweredInTheirOrder() {
        join(1, 2, 3);
        UUID topic = create(List.of(List.of(1, 2), List.of(1, 2), List.of(2, 1), List.of(1, 2)));
        InSyncChange stale = change(new PartitionId(topic, 1), 1);
        alter(1, stale);
        InSyncChange notLed = new InSyncChange(
                new PartitionId(topic, 2), 0, 0, change(pid(topic, 0), 1).members());
        long version = image().version();
        List<InSyncResult> results = get(leadership()
                .alterInSync(1, epoch(1), List.of(change(pid(topic, 3), 1), notLed, stale, change(pid(topic, 0), 1))));
        assertThat(results)
                .containsExactly(
                        new Altered(now(pid(topic, 3))),
                        new Refused(Reason.NOT_LEADER, now(pid(topic, 2))),
                        new Refused(Reason.STALE, now(pid(topic, 1))),
                        new Altered(now(pid(topic, 0))));
        assertThat(now(pid(topic, 0)).inSyncReplicas()).containsExactly(1);
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(get(leadership().alterInSync(1, epoch(1), List.of()))).isEmpty();
    }

    private static PartitionId pid(UUID topic, int index) {
        return new PartitionId(topic, index);
    }

    @Test
    void aLeaderThatLeavesOrAMemberThatStandsTwiceIsADefect() {
        join(1, 2);
        PartitionId id = create(1, 2);
        for (InSyncChange change : List.of(change(id, 2), change(id, 1, 1), change(id))) {
            assertThatThrownBy(() -> alter(1, change)).hasRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    // Elections that somebody asks for

    private ElectionOutcome elect(ElectionType type, PartitionId id) {
        Map<PartitionId, ElectionOutcome> outcomes = get(leadership().elect(type, Set.of(id)));
        assertThat(outcomes).containsOnlyKeys(id);
        return Objects.requireNonNull(outcomes.get(id));
    }

    @Test
    void thePreferredReplicaLeadsAgainOnceItIsInSyncAndLives() {
        join(1, 2);
        PartitionId id = create(1, 2);
        assertThat(elect(ElectionType.PREFERRED, id)).isEqualTo(ElectionOutcome.NOT_NEEDED);
        get(leadership().handOver(1, epoch(1)));
        assertIs(now(id), 2, 1, 2);
        join(1);
        long version = image().version();
        assertThat(elect(ElectionType.PREFERRED, id)).isEqualTo(ElectionOutcome.PREFERRED_NOT_AVAILABLE);
        alter(2, change(id, 2, 1));
        elapse(TTL);
        renew(2);
        assertThat(elect(ElectionType.PREFERRED, id)).isEqualTo(ElectionOutcome.PREFERRED_NOT_AVAILABLE);
        renew(1);
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(elect(ElectionType.PREFERRED, id)).isEqualTo(ElectionOutcome.ELECTED);
        assertIs(now(id), 1, 2, 2, 1);
        assertThat(image().version()).isEqualTo(version + 2);
    }

    @Test
    void electionsAreAnsweredForEachPartition() {
        join(1, 2);
        PartitionId led = create(1, 2);
        PartitionId unknown = new PartitionId(led.topicId(), 1);
        PartitionId moved = create(1, 2);
        get(leadership().handOver(1, epoch(1)));
        join(1);
        alter(2, change(moved, 2, 1));
        assertThat(get(leadership().elect(ElectionType.PREFERRED, Set.of(led, unknown, moved))))
                .isEqualTo(Map.of(
                        led, ElectionOutcome.PREFERRED_NOT_AVAILABLE,
                        unknown, ElectionOutcome.UNKNOWN_PARTITION,
                        moved, ElectionOutcome.ELECTED));
        assertThat(get(leadership().elect(ElectionType.UNCLEAN, Set.of()))).isEmpty();
    }

    @Test
    void anUncleanElectionTakesAnyLiveReplicaWhereThereIsNoLeader() {
        join(1, 2, 3);
        PartitionId id = create(1, 2, 3);
        alter(1, change(id, 1));
        assertThat(elect(ElectionType.UNCLEAN, id)).isEqualTo(ElectionOutcome.NOT_NEEDED);
        get(store().releaseLease(1, epoch(1)));
        assertIs(now(id), NONE, 1, 1);
        elapse(TTL);
        assertThat(elect(ElectionType.UNCLEAN, id)).isEqualTo(ElectionOutcome.NONE_ELIGIBLE);
        renew(3);
        assertThat(elect(ElectionType.UNCLEAN, id)).isEqualTo(ElectionOutcome.ELECTED);
        assertIs(now(id), 3, 2, 3);
        // Who was in sync before is not any more.
        join(1);
        assertIs(now(id), 3, 2, 3);
    }

    // A stop by plan

    @Test
    void aNodeHandsOverWhatOthersCanLead() {
        join(1, 2, 3);
        UUID topic = create(List.of(List.of(1, 2), List.of(2, 1), List.of(1), List.of(1, 3, 2), List.of(3, 1)));
        elapse(TTL);
        renew(1);
        renew(2);
        long version = get(leadership().handOver(1, epoch(1)));
        assertThat(image().version()).isEqualTo(version);
        assertThat(state(1)).isEqualTo(NodeState.STOPPING);
        assertIs(now(pid(topic, 0)), 2, 1, 2);
        assertIs(now(pid(topic, 1)), 2, 0, 2);
        assertIs(now(pid(topic, 2)), 1, 0, 1);
        // Node 3 does not live, as far as anybody knows.
        assertIs(now(pid(topic, 3)), 2, 1, 3, 2);
        assertIs(now(pid(topic, 4)), 3, 0, 3, 1);
        assertThat(renew(1)).isEqualTo(LeaseRenewal.CONFIRMED);
        // Repeated, it changes nothing more, and goes on where somebody lives now.
        assertThat(get(leadership().handOver(1, epoch(1)))).isEqualTo(version);
        renew(3);
        assertThat(get(leadership().handOver(1, epoch(1)))).isEqualTo(version + 1);
        assertIs(now(pid(topic, 4)), 3, 0, 3);
    }

    @Test
    void aNodeThatHandedOverGetsNothingNew() {
        join(1, 2);
        get(leadership().handOver(1, epoch(1)));
        PartitionId id = create(1, 2);
        assertThat(now(id)).isEqualTo(new PartitionInfo(0, 2, 0, 0, List.of(1, 2), List.of(2)));
        PartitionId alone = create(1);
        assertThat(now(alone)).isEqualTo(new PartitionInfo(0, NONE, 0, 0, List.of(1), List.of(1)));
        join(1);
        assertThat(state(1)).isEqualTo(NodeState.ACTIVE);
        assertIs(now(alone), 1, 1, 1);
    }

    @Test
    void onlyItsCurrentRegistrationHandsANodeOver() {
        join(1, 2);
        PartitionId id = create(1, 2);
        long before = epoch(1);
        join(1);
        long version = image().version();
        assertThat(get(leadership().handOver(1, before))).isEqualTo(version);
        assertThat(get(leadership().handOver(7, 1))).isEqualTo(version);
        assertThat(state(1)).isEqualTo(NodeState.ACTIVE);
        assertIs(now(id), 1, 1, 1, 2);
    }

    @Test
    void aStopLeavesWhatNobodyElseHasWithoutALeader() {
        join(1, 2);
        PartitionId shared = create(1, 2);
        PartitionId alone = create(1);
        get(leadership().handOver(1, epoch(1)));
        get(store().releaseLease(1, epoch(1)));
        assertThat(state(1)).isEqualTo(NodeState.STOPPED);
        assertIs(now(shared), 2, 1, 2);
        assertIs(now(alone), NONE, 1, 1);
        join(1);
        assertIs(now(alone), 1, 2, 1);
    }
}
