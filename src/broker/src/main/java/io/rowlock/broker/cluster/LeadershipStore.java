package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Where nodes agree on who leads partitions and who is in sync, beside {@link MetadataStore} and in the same store. Each
 * method is one transaction and one change of metadata, and has compare-and-set in it: whoever was deposed changes nothing.
 * Any node may call any of them; there is no controller.
 *
 * <p>Thread-safe, never blocks. As with {@link MetadataStore}, {@link MetadataUnavailableException} says nothing about the
 * outcome.
 */
public interface LeadershipStore {

    /** How many nodes have to say that nobody listens where another one should, until that one is deposed. */
    int REFUSALS_TO_DEPOSE = 2;

    /** For how long what a witness said counts. */
    Duration REFUSAL_COUNTS_FOR = Duration.ofSeconds(5);

    /**
     * Changes in-sync replicas of partitions that {@code nodeId} leads, each partition for itself. One result per change, in the
     * same order; no partition stands twice in the list.
     *
     * <p>A change is refused unless the node leads under that leader epoch, its registration {@code brokerEpoch} is current and
     * not deposed, the partition epoch is that of the row, and every added member holds a replica and is active, with a lease
     * that runs, under the broker epoch given. A list of members without the leader is a defect.
     */
    CompletionStage<List<InSyncResult>> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes);

    /**
     * Deposes all nodes whose leases have run out: they are fenced and have to register anew, and what they lead goes to
     * active in-sync replicas in the order of preference, under a new leader epoch. Wherever there is a leader then, they leave the
     * in-sync replicas. Where nobody can lead there is no leader, and the in-sync replicas stay as they are: any of them has
     * everything, and the first to register leads. Other nodes may do the same at the same time.
     *
     * <p>Where the store stood still, the leases of all have run out, and those whose renewals still wait are not to blame.
     * So nothing is done unless the asker's own lease was renewed within half its time to live, and was so again and again
     * for the whole of it: a renewal that comes more than half of it after the one before, or a registration, begins that
     * time anew. This is seen at the moment at which leases are found to have run out, however long the question waited.
     *
     * @param nodeId who asks. Nothing is done if {@code brokerEpoch} is not current or is deposed
     * @return whom this call deposed
     */
    CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch);

    /**
     * Says that nobody listens where {@code refusing} should, under that broker epoch. As soon as {@link #REFUSALS_TO_DEPOSE}
     * live nodes have said so within {@link #REFUSAL_COUNTS_FOR}, and none of its renewals came in between, it is deposed as if
     * its lease had run out.
     *
     * @param witness another node, which says it under {@code witnessEpoch}; one whose lease does not run is not heard
     * @return whether that registration is deposed now
     */
    CompletionStage<Boolean> testifyRefused(int witness, long witnessEpoch, int refusing, long refusingEpoch);

    /**
     * Prepares a stop by plan: from now on the node is made leader of nothing and added to no in-sync replicas; what it leads
     * goes to other live in-sync replicas, and it leaves the in-sync replicas of all partitions that have another live member.
     * Does nothing if {@code brokerEpoch} is not current.
     *
     * @return the version of the metadata that contains it
     */
    CompletionStage<Long> handOver(int nodeId, long brokerEpoch);

    /** Elects leaders because somebody asks for it. Each partition for itself; an outcome for each. */
    CompletionStage<Map<PartitionId, ElectionOutcome>> elect(ElectionType type, Set<PartitionId> partitions);
}
