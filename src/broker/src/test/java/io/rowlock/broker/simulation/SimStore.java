package io.rowlock.broker.simulation;

import io.rowlock.broker.cluster.AddPartitionsResult;
import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.CreateTopicResult;
import io.rowlock.broker.cluster.DeleteTopicResult;
import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.ForwardingStore;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionProgress;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.broker.cluster.RetentionReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The cluster's store as one process reaches it. */
final class SimStore extends ForwardingStore implements LeadershipStore {
    private final LeadershipStore leadership;
    private final StoreLine line;

    SimStore(InMemoryMetadataStore store, StoreLine line) {
        super(store);
        this.leadership = store;
        this.line = line;
    }

    @Override
    public CompletionStage<RegistrationResult> register(NodeRegistration node) {
        return line.ask(() -> store.register(node));
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return line.ask(() -> store.renewLease(nodeId, brokerEpoch, ttl));
    }

    @Override
    public CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch) {
        return line.ask(() -> store.releaseLease(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long version) {
        return line.ask(() -> store.changesSince(version));
    }

    @Override
    public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> topics) {
        return line.ask(() -> store.createTopics(topics));
    }

    @Override
    public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
        return line.ask(() -> store.deleteTopics(topicIds));
    }

    @Override
    public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes) {
        return line.ask(() -> store.alterConfigs(changes));
    }

    @Override
    public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
        return line.ask(() -> store.addPartitions(additions));
    }

    @Override
    public CompletionStage<Long> allocateProducerIds(int count) {
        return line.ask(() -> store.allocateProducerIds(count));
    }

    @Override
    public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
        return line.ask(() -> store.reportRetention(reports));
    }

    @Override
    public CompletionStage<Void> reportProgress(List<PartitionProgress> progress) {
        return line.ask(() -> store.reportProgress(progress));
    }

    @Override
    public CompletionStage<List<InSyncResult>> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes) {
        return line.ask(() -> leadership.alterInSync(nodeId, brokerEpoch, changes));
    }

    @Override
    public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
        return line.ask(() -> leadership.deposeLapsed(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<Boolean> testifyRefused(int witness, long witnessEpoch, int refusing, long refusingEpoch) {
        return line.ask(() -> leadership.testifyRefused(witness, witnessEpoch, refusing, refusingEpoch));
    }

    @Override
    public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
        return line.ask(() -> leadership.handOver(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(ElectionType type, Set<PartitionId> partitions) {
        return line.ask(() -> leadership.elect(type, partitions));
    }

    /** Hints may be lost, and here they all are: polling alone has to do. */
    @Override
    public void onChangeHint(Runnable hint) {}
}
