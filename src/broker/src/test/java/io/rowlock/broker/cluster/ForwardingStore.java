package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Hands every call on; tests override what they disturb. */
public abstract class ForwardingStore implements MetadataStore {

    protected final MetadataStore store;

    protected ForwardingStore(MetadataStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<RegistrationResult> register(NodeRegistration node) {
        return store.register(node);
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return store.renewLease(nodeId, brokerEpoch, ttl);
    }

    @Override
    public CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch) {
        return store.releaseLease(nodeId, brokerEpoch);
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long version) {
        return store.changesSince(version);
    }

    @Override
    public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> topics) {
        return store.createTopics(topics);
    }

    @Override
    public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
        return store.deleteTopics(topicIds);
    }

    @Override
    public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes) {
        return store.alterConfigs(changes);
    }

    @Override
    public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
        return store.addPartitions(additions);
    }

    @Override
    public CompletionStage<Long> allocateProducerIds(int count) {
        return store.allocateProducerIds(count);
    }

    @Override
    public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
        return store.reportRetention(reports);
    }

    @Override
    public CompletionStage<Void> reportProgress(List<PartitionProgress> progress) {
        return store.reportProgress(progress);
    }

    @Override
    public void onChangeHint(Runnable hint) {
        store.onChangeHint(hint);
    }
}
