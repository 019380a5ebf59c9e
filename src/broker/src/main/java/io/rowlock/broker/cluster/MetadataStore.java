package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Where the cluster's metadata is agreed on: PostgreSQL in a running node, memory in tests. Every method is one
 * transaction; when its stage completes, what it returns is committed.
 *
 * <p>Thread-safe, never blocks. A stage that fails with {@link MetadataUnavailableException} says nothing about the
 * outcome: the transaction may have committed and its answer been lost, so callers ask again in a way that is safe to
 * repeat. Any other failure is a defect.
 */
public interface MetadataStore {

    /**
     * Takes a node id for a data directory and starts its lease. The same directory takes over at once, whatever the lease
     * says, since its lock proves that the former process is gone. Another directory is refused while the lease runs; after
     * that, or once the other one was deposed or stopped, it takes the id over and leaves every in-sync replica set, because it
     * does not hold the data. So does a directory that {@link NodeRegistration#mayLackAcknowledged may lack} some of it, or
     * {@link NodeRegistration#topicsThatMayLack of some topics}, for these. What such a node led goes to an active in-sync replica; where it was the only one in sync, nobody is in sync and nobody leads
     * until an operator decides ({@link ElectionType#UNCLEAN}).
     *
     * <p>Every registration gets a broker epoch that was never used before, and raises the leader epoch of all partitions
     * that the node leads, so that whatever an earlier process of this node still has in flight is recognised as old. A node
     * that has its data gets the partitions without a leader in whose in-sync replicas it is; who is not active leaves these then.
     */
    CompletionStage<RegistrationResult> register(NodeRegistration node);

    /**
     * Extends the lease to {@code ttl} from now, also one that has lapsed, unless that registration was deposed, gave its lease
     * back, or was followed by another one.
     */
    CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl);

    /**
     * Ends the lease of a node that stops by plan. What it still leads goes to other active in-sync replicas, or to nobody, as if
     * it were {@linkplain LeadershipStore#deposeLapsed deposed}. Does nothing if {@code brokerEpoch} is no longer the node's, or
     * was deposed.
     */
    CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch);

    /**
     * What changed after {@code version}; with version 0, or where the changes since then are no longer kept, everything
     * there is (see {@link MetadataDelta#complete()}).
     */
    CompletionStage<MetadataDelta> changesSince(long version);

    /**
     * Creates topics, each for itself: one that is refused does not hinder the others. Placement and configuration were
     * decided and checked by the caller; the store refuses a name that is taken, by the database's own constraint.
     */
    CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> topics);

    /** Deletes topics with their partitions and configuration; one result per id, in the same order. */
    CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds);

    /**
     * Changes the settings of topics and brokers, each resource for itself: one change that is refused does not hinder the
     * others. One result per change, in the same order. What a change makes of settings it decides while no other change can
     * be made, so that none is lost ({@link ConfigChange.Edit}). A change that changes nothing makes no new version.
     */
    CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes);

    /**
     * Adds partitions to topics, each topic for itself, and only where it still has as many as the decision was made on: of
     * two that add at once, one does. One result per topic, in the same order. A repeated call adds nothing more.
     */
    CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions);

    /** Takes {@code count} (positive) producer ids that nobody had before, in a row; completes with the first. */
    CompletionStage<Long> allocateProducerIds(int count);

    /**
     * Keeps how far partitions have come, for those who look at the store: nothing is decided by it, and it is no change of
     * metadata. Nothing older overwrites what is newer ({@link PartitionProgress#isNewerThan}), so that it may be repeated.
     * Partitions that do not exist (any more) are left out. None stands twice in the list.
     */
    CompletionStage<Void> reportProgress(List<PartitionProgress> progress);

    /**
     * Keeps what partitions hold, as {@link #reportProgress} keeps how far they are; only a report under an older leader epoch
     * overwrites nothing.
     */
    CompletionStage<Void> reportRetention(List<RetentionReport> reports);

    /** Calls {@code hint} when something may have changed: it only shortens the wait for the next poll, and may be lost. */
    void onChangeHint(Runnable hint);
}
