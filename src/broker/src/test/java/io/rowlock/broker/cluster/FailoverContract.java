package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.TTL;
import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InSyncResult.Altered;
import io.rowlock.broker.cluster.RegistrationResult.HeldByOther;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link LeadershipStore} promises of nodes that fail and come back. */
public abstract class FailoverContract extends LeadershipContract {

    private static final Duration HALF = TTL.dividedBy(2);

    private Set<Integer> depose(int by) {
        return get(leadership().deposeLapsed(by, epoch(by)));
    }

    /** Everybody's lease runs out but these nodes', which renew theirs all the time. */
    private void outlive(int... ids) {
        keepForQuarters(4, ids);
    }

    private void keepForQuarters(int count, int... ids) {
        for (int quarter = 0; quarter < count; quarter++) {
            elapse(TTL.dividedBy(4));
            for (int id : ids) {
                assertThat(renew(id)).isEqualTo(LeaseRenewal.CONFIRMED);
            }
        }
    }

    // Leases that ran out

    @Test
    void whatALapsedNodeLedGoesToTheNextInSync() {
        join(1, 2, 3);
        PartitionId first = create(1, 2, 3);
        PartitionId second = create(1, 3, 2);
        PartitionId third = create(2, 1);
        PartitionId other = create(2, 3);
        alter(1, change(first, 1, 3));
        outlive(2, 3);
        long version = image().version();
        assertThat(depose(2)).containsExactly(1);
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(state(1)).isEqualTo(NodeState.FENCED);
        assertIs(now(first), 3, 1, 3);
        assertIs(now(second), 3, 1, 3, 2);
        assertIs(now(third), 2, 0, 2);
        assertThat(now(third).partitionEpoch()).isEqualTo(1);
        assertThat(now(other)).isEqualTo(new PartitionInfo(0, 2, 0, 0, List.of(2, 3), List.of(2, 3)));
        assertThat(depose(3)).isEmpty();
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(renew(1)).isEqualTo(LeaseRenewal.FENCED);
    }

    @Test
    void aFollowerThatKnowsTheVersionBeforeHearsOfAnElection() {
        join(1, 2);
        UUID topic = create(List.of(List.of(1, 2), List.of(2), List.of(1, 2)));
        outlive(2);
        MetadataImage before = image();
        depose(2);
        MetadataDelta delta = get(store().changesSince(before.version()));
        assertThat(delta.complete()).isFalse();
        assertThat(delta.nodes()).extracting(NodeInfo::id).containsExactly(1);
        assertThat(delta.partitions().get(topic))
                .extracting(PartitionInfo::index)
                .containsExactlyInAnyOrder(0, 2);
        assertThat(before.apply(delta).topic(topic)).isEqualTo(image().topic(topic));
    }

    @Test
    void aLeaseRunsOutToTheLastOfItsTime() {
        join(1, 2);
        outlive(1, 2);
        elapse(Duration.ofSeconds(2));
        renew(2);
        elapse(Duration.ofSeconds(2));
        renew(2);
        elapse(TTL.minusSeconds(5));
        assertThat(depose(2)).isEmpty();
        assertThat(state(1)).isEqualTo(NodeState.ACTIVE);
        elapse(Duration.ofSeconds(1));
        assertThat(depose(2)).containsExactly(1);
    }

    @Test
    void nobodyIsDeposedBecauseTheStoreStoodStill() {
        join(1, 2, 3);
        PartitionId id = create(2, 1);
        outlive(1, 2, 3);
        elapse(TTL.plusSeconds(1));
        // These were asked before, and run in any order: the renewals of the others still wait.
        assertThat(depose(1)).isEmpty();
        renew(1);
        assertThat(depose(1)).isEmpty();
        renew(2);
        keepForQuarters(3, 1, 2);
        // Node 3 did not come again, and that is found one lease after the others did.
        assertThat(depose(1)).isEmpty();
        keepForQuarters(1, 1, 2);
        assertThat(depose(1)).containsExactly(3);
        assertIs(now(id), 2, 0, 2, 1);
    }

    @Test
    void norBecauseItStoodStillForLessThanALease() {
        join(1, 2);
        outlive(1, 2);
        elapse(TTL.dividedBy(4));
        renew(1);
        // Then nothing for most of a lease: the renewal of node 2 waits, and that of node 1 was the later one before.
        elapse(TTL.dividedBy(4).multipliedBy(3).plusMillis(500));
        assertThat(depose(1)).isEmpty();
        renew(1);
        assertThat(depose(1)).isEmpty();
        assertThat(renew(2)).isEqualTo(LeaseRenewal.CONFIRMED);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void renewalsThatComeWithinHalfALeaseAreSteady() {
        join(1, 2);
        for (int i = 0; i < 3; i++) {
            elapse(HALF.minusMillis(500));
            renew(1);
        }
        assertThat(depose(1)).containsExactly(2);
    }

    @Test
    void aNodeThatJustRegisteredDeposesNobodyForAWholeLease() {
        join(1, 2);
        outlive(1);
        join(1);
        assertThat(depose(1)).isEmpty();
        elapse(TTL.dividedBy(4));
        renew(1);
        elapse(TTL.dividedBy(2).minusMillis(500));
        renew(1);
        assertThat(depose(1)).isEmpty();
        elapse(TTL.dividedBy(4).plusMillis(500));
        assertThat(depose(1)).containsExactly(2);
    }

    @Test
    void whereEveryNodeRestartsThoseThatDoNotComeAreDeposedALeaseLater() {
        join(1, 2, 3);
        PartitionId id = create(3, 2, 1);
        elapse(TTL.multipliedBy(3));
        join(1, 2);
        assertThat(depose(1)).isEmpty();
        assertIs(now(id), 3, 0, 3, 2, 1);
        outlive(1, 2);
        assertThat(depose(2)).containsExactly(3);
        assertIs(now(id), 2, 1, 2, 1);
    }

    @Test
    void whereNobodyCanLeadTheInSyncReplicasStay() {
        join(1, 2, 3);
        PartitionId both = create(1, 2);
        PartitionId follower = create(3, 1);
        PartitionId alone = create(2);
        outlive(3);
        assertThat(depose(3)).containsExactly(1, 2);
        assertIs(now(both), NONE, 1, 1, 2);
        assertIs(now(follower), 3, 0, 3);
        assertIs(now(alone), NONE, 1, 2);
        // Any of them has everything; the dead leave when one of them comes.
        join(2);
        assertIs(now(both), 2, 2, 2);
        assertIs(now(alone), 2, 2, 2);
        join(1);
        assertIs(now(both), 2, 2, 2);
    }

    @Test
    void whoComesBackKeepsThoseInSyncThatCameBackBefore() {
        join(1, 2, 3, 4);
        PartitionId id = create(1, 2, 3);
        PartitionId other = create(2, 3);
        outlive(4);
        depose(4);
        join(3);
        assertIs(now(id), 3, 2, 3);
        assertIs(now(other), 3, 2, 3);
    }

    @Test
    void aNodeThatIsAboutToStopLeadsOnButNothingNew() {
        join(1, 2, 3);
        PartitionId led = create(1);
        PartitionId shared = create(2, 1);
        outlive(1, 3);
        // Nobody else lives to take the place of node 1.
        get(leadership().handOver(1, epoch(1)));
        assertIs(now(shared), 2, 0, 2, 1);
        assertThat(depose(3)).containsExactly(2);
        assertIs(now(shared), NONE, 1, 2, 1);
        assertIs(now(led), 1, 0, 1);
        join(2);
        assertIs(now(shared), 2, 2, 2);
        outlive(3);
        assertThat(depose(3)).containsExactly(1, 2);
        assertIs(now(led), NONE, 1, 1);
    }

    @Test
    void onlyALiveRegistrationDeposes() {
        join(1, 2, 3);
        PartitionId id = create(1, 2);
        long before = epoch(2);
        join(2);
        outlive(2);
        assertThat(get(leadership().deposeLapsed(2, before))).isEmpty();
        assertThat(get(leadership().deposeLapsed(9, 1))).isEmpty();
        // Its own lease has run out, too.
        assertThat(depose(3)).isEmpty();
        assertIs(now(id), 1, 0, 1, 2);
        assertThat(depose(2)).containsExactly(1, 3);
        assertThat(depose(3)).isEmpty();
        assertThat(get(leadership().handOver(3, epoch(3)))).isEqualTo(image().version());
        assertThat(state(3)).isEqualTo(NodeState.FENCED);
    }

    @Test
    void aDeposedLeaderChangesNothingAndComesBackAsAFollower() {
        join(1, 2);
        PartitionId id = create(1, 2);
        InSyncChange late = change(id, 1);
        outlive(2);
        depose(2);
        assertThat(alter(1, late)).isInstanceOf(InSyncResult.Refused.class);
        get(store().releaseLease(1, epoch(1)));
        assertThat(state(1)).isEqualTo(NodeState.FENCED);
        join(1);
        assertThat(state(1)).isEqualTo(NodeState.ACTIVE);
        assertThat(renew(1)).isEqualTo(LeaseRenewal.CONFIRMED);
        assertIs(now(id), 2, 1, 2);
        assertThat(alter(2, change(id, 2, 1))).isInstanceOf(Altered.class);
    }

    @Test
    void aDeposedNodeHoldsItsIdNoLonger() {
        join(1, 2, 3);
        get(leadership().testifyRefused(2, epoch(2), 1, epoch(1)));
        get(leadership().testifyRefused(3, epoch(3), 1, epoch(1)));
        // Its lease had time left.
        long before = epoch(1);
        register(registration(1, new UUID(9, 9), false));
        assertThat(get(store().renewLease(1, before, TTL))).isEqualTo(LeaseRenewal.REPLACED);
        assertThat(get(store().register(registration(1, new UUID(1, 1), false))))
                .isInstanceOf(HeldByOther.class);
    }

    // Connections that were refused

    private boolean testify(int witness, int refusing) {
        return get(leadership().testifyRefused(witness, epoch(witness), refusing, epoch(refusing)));
    }

    @Test
    void twoWitnessesDepose() {
        join(1, 2, 3);
        PartitionId id = create(1, 2, 3);
        assertThat(testify(2, 1)).isFalse();
        assertThat(testify(2, 1)).isFalse();
        assertThat(state(1)).isEqualTo(NodeState.ACTIVE);
        long version = image().version();
        assertThat(testify(3, 1)).isTrue();
        assertThat(state(1)).isEqualTo(NodeState.FENCED);
        assertIs(now(id), 2, 1, 2, 3);
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(testify(2, 1)).isTrue();
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(renew(1)).isEqualTo(LeaseRenewal.FENCED);
    }

    @Test
    void aRenewalVoidsWhatWasSaidBefore() {
        join(1, 2, 3);
        testify(2, 1);
        assertThat(renew(1)).isEqualTo(LeaseRenewal.CONFIRMED);
        assertThat(testify(3, 1)).isFalse();
        assertThat(testify(2, 1)).isTrue();
    }

    @Test
    void whatAWitnessSaidCountsForAWhile() {
        join(1, 2, 3);
        testify(2, 1);
        elapse(LeadershipStore.REFUSAL_COUNTS_FOR.plusMillis(1));
        renew(2);
        renew(3);
        assertThat(testify(3, 1)).isFalse();
        elapse(LeadershipStore.REFUSAL_COUNTS_FOR.minusSeconds(2));
        assertThat(testify(2, 1)).isTrue();
    }

    @Test
    void onlyLiveNodesAreWitnesses() {
        join(1, 2, 3);
        testify(2, 1);
        // Who is accused says nothing, nor does a former registration, nor one that does not live.
        assertThat(testify(1, 1)).isFalse();
        long before = epoch(3);
        join(3);
        assertThat(get(leadership().testifyRefused(3, before, 1, epoch(1)))).isFalse();
        assertThat(get(leadership().testifyRefused(8, 1, 1, epoch(1)))).isFalse();
        join(2);
        // What node 2 said it said under its former registration.
        assertThat(testify(3, 1)).isFalse();
        assertThat(testify(2, 1)).isTrue();
    }

    @Test
    void whoDoesNotLiveIsNoWitness() {
        join(1, 2);
        elapse(TTL.minusSeconds(2));
        join(3, 4);
        assertThat(testify(2, 1)).isFalse();
        elapse(Duration.ofSeconds(2));
        // Node 2 has run out of its lease: its word does not count any more, and a new one is not heard.
        assertThat(testify(3, 1)).isFalse();
        assertThat(testify(2, 1)).isFalse();
        assertThat(testify(4, 1)).isTrue();
    }

    @Test
    void testimoniesAreAboutARegistration() {
        join(1, 2, 3);
        long before = epoch(1);
        testify(2, 1);
        join(1);
        assertThat(get(leadership().testifyRefused(3, epoch(3), 1, before))).isFalse();
        assertThat(testify(3, 1)).isFalse();
        assertThat(get(leadership().testifyRefused(3, epoch(3), 7, 1))).isFalse();
        assertThat(testify(2, 1)).isTrue();
        assertThat(get(leadership().testifyRefused(3, epoch(3), 1, before))).isFalse();
    }

    @Test
    void aStopByPlanIsNoDeposition() {
        join(1, 2, 3);
        testify(2, 1);
        get(store().releaseLease(1, epoch(1)));
        assertThat(testify(3, 1)).isFalse();
        assertThat(state(1)).isEqualTo(NodeState.STOPPED);
        outlive(2, 3);
        assertThat(depose(2)).isEmpty();
    }

    // Registration

    @Test
    void anotherDirectoryGivesItsLeadershipsAway() {
        join(1, 2);
        PartitionId id = create(1, 2);
        elapse(TTL);
        register(registration(1, new UUID(9, 9), false));
        // Nobody deposed node 2: it may renew its lease at any time, and would not be asked again.
        assertIs(now(id), 2, 1, 2);
        outlive(1);
        assertThat(get(leadership().deposeLapsed(1, epoch(1)))).containsExactly(2);
        assertIs(now(id), NONE, 2, 2);
        join(2);
        assertIs(now(id), 2, 3, 2);
    }

    @Test
    void anotherDirectoryLeavesAlsoWhatNobodyLeads() {
        join(1, 2, 3);
        PartitionId id = create(1, 2);
        outlive(3);
        depose(3);
        register(registration(1, new UUID(9, 9), false));
        assertIs(now(id), NONE, 1, 2);
        register(registration(2, new UUID(8, 8), false));
        assertIs(now(id), NONE, 1);
        register(registration(1, new UUID(9, 9), false));
        assertIs(now(id), NONE, 1);
    }

    @Test
    void anUncleanRestartLeavesWhereverSomebodyElseIsInSync() {
        join(1, 2);
        PartitionId led = create(1, 2);
        PartitionId followed = create(2, 1);
        PartitionId notInSync = create(2, 1);
        alter(2, change(notInSync, 2));
        register(registration(1, new UUID(1, 1), true));
        assertIs(now(led), 2, 1, 2);
        assertIs(now(followed), 2, 0, 2);
        assertThat(now(followed).partitionEpoch()).isEqualTo(1);
        assertThat(now(notInSync).partitionEpoch()).isEqualTo(1);
    }

    @Test
    void anUncleanRestartConcernsOnlyTheTopicsThatMayLackSomething() {
        join(1, 2, 3);
        PartitionId led = create(1, 2);
        PartitionId followed = create(2, 1);
        PartitionId alone = create(1);
        PartitionId synced = create(1, 2);
        PartitionId syncedAlone = create(1);
        PartitionId syncedWithout = create(1);
        get(store().releaseLease(1, epoch(1)));
        assertIs(now(syncedWithout), NONE, 1, 1);
        join(1);
        alter(2, change(led, 2, 1));
        alter(2, change(synced, 2, 1));
        alter(2, change(followed, 2, 1));
        register(registration(1, new UUID(1, 1), false)
                .lackingOf(Set.of(led.topicId(), followed.topicId(), alone.topicId(), new UUID(9, 9))));
        assertIs(now(led), 2, 1, 2);
        assertIs(now(followed), 2, 0, 2);
        assertIs(now(alone), NONE, 3);
        assertIs(now(synced), 2, 1, 2, 1);
        assertIs(now(syncedAlone), 1, 3, 1);
        assertIs(now(syncedWithout), 1, 3, 1);
        // Nobody leads but by an operator's will, and that is the one that was last in sync.
        join(1);
        assertIs(now(alone), NONE, 3);
        assertThat(get(leadership().elect(ElectionType.UNCLEAN, Set.of(alone))))
                .containsEntry(alone, ElectionOutcome.ELECTED);
        assertIs(now(alone), 1, 4, 1);
    }

    @Test
    void whatMayLackNothingIsLedAgainWhereNobodyLeads() {
        join(1, 2, 3);
        PartitionId lacking = create(1, 2);
        PartitionId whole = create(1, 2);
        keepForQuarters(4, 3);
        depose(3);
        register(registration(1, new UUID(1, 1), false).lackingOf(Set.of(lacking.topicId())));
        assertIs(now(lacking), NONE, 1, 2);
        assertIs(now(whole), 1, 2, 1);
    }

    @Test
    void theOnlyOneInSyncWaitsForAnOperatorAfterAnUncleanRestart() {
        join(1, 2, 3);
        PartitionId id = create(2, 3, 1);
        alter(2, change(id, 2));
        PartitionId alone = create(2);
        register(registration(2, new UUID(2, 2), true));
        assertIs(now(id), NONE, 1);
        assertIs(now(alone), NONE, 1);
        join(2);
        join(3);
        assertIs(now(id), NONE, 1);
        assertIs(now(alone), NONE, 1);
        assertThat(get(leadership().elect(ElectionType.PREFERRED, Set.of(id))).get(id))
                .isEqualTo(ElectionOutcome.PREFERRED_NOT_AVAILABLE);
        assertThat(get(leadership().elect(ElectionType.UNCLEAN, Set.of(id, alone))))
                .containsEntry(id, ElectionOutcome.ELECTED)
                .containsEntry(alone, ElectionOutcome.ELECTED);
        assertIs(now(id), 2, 2, 2);
        assertIs(now(alone), 2, 2, 2);
    }

    @Test
    void theOperatorGetsTheReplicaThatWasInSyncLast() {
        join(1, 2, 3);
        PartitionId kept = create(2, 3, 1);
        PartitionId lost = create(2, 3, 1);
        get(leadership().handOver(2, epoch(2)));
        join(2);
        for (PartitionId id : List.of(kept, lost)) {
            alter(3, change(id, 3));
        }
        register(registration(3, new UUID(3, 3), true));
        assertIs(now(kept), NONE, 2);
        get(leadership().elect(ElectionType.UNCLEAN, Set.of(kept)));
        assertIs(now(kept), 3, 3, 3);
        // With its directory goes the reason to prefer it: then it is the first of those that live.
        outlive(1, 2);
        register(registration(3, new UUID(9, 9), false));
        assertIs(now(lost), NONE, 2);
        get(leadership().elect(ElectionType.UNCLEAN, Set.of(lost)));
        assertIs(now(lost), 2, 3, 2);
    }

    @Test
    void whoReturnsToALeaderlessPartitionUncleanlyGetsItNot() {
        join(1, 2, 3);
        PartitionId id = create(1, 2);
        outlive(3);
        depose(3);
        register(registration(1, new UUID(1, 1), true));
        assertIs(now(id), NONE, 1, 2);
        join(2);
        assertIs(now(id), 2, 2, 2);
    }
}
