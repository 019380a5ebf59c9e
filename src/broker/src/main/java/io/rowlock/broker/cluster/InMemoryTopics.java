package io.rowlock.broker.cluster;

import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.config.BrokerOverrides;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Topics and settings of an {@link InMemoryCluster}. */
final class InMemoryTopics {

    private final InMemoryCluster cluster;

    InMemoryTopics(InMemoryCluster cluster) {
        this.cluster = cluster;
    }

    List<CreateTopicResult> create(List<NewTopic> newTopics) {
        return newTopics.stream().map(this::create).toList();
    }

    private CreateTopicResult create(NewTopic topic) {
        TopicInfo sameName = cluster.collidingTopic(topic.name());
        if (cluster.topic(topic.id()) != null) {
            return new CreateTopicResult.Created(topic.id(), versionOf(topic.id()));
        }
        if (sameName != null) {
            return new CreateTopicResult.NameTaken(sameName.name());
        }
        cluster.put(new TopicInfo(
                topic.id(), topic.name(), topic.internal(), firstStates(0, topic.replicas()), topic.configs()));
        return new CreateTopicResult.Created(topic.id(), cluster.nextVersion());
    }

    /** The version that contains what was done to the topic so far. */
    private long versionOf(UUID topicId) {
        return cluster.wasTouched(topicId) ? cluster.nextVersion() : cluster.version();
    }

    private List<PartitionInfo> firstStates(int firstIndex, List<List<Integer>> replicasOfEach) {
        List<PartitionInfo> partitions = new ArrayList<>(replicasOfEach.size());
        for (List<Integer> replicas : replicasOfEach) {
            partitions.add(PartitionRules.created(firstIndex + partitions.size(), replicas, cluster::isAbsent));
        }
        return partitions;
    }

    List<DeleteTopicResult> delete(List<UUID> topicIds) {
        return topicIds.stream()
                .<DeleteTopicResult>map(id -> cluster.deleteTopic(id)
                        ? new DeleteTopicResult.Deleted(cluster.nextVersion())
                        : new DeleteTopicResult.Unknown())
                .toList();
    }

    List<AddPartitionsResult> addPartitions(List<NewPartitions> additions) {
        return additions.stream().map(this::addPartitions).toList();
    }

    private AddPartitionsResult addPartitions(NewPartitions added) {
        TopicInfo topic = cluster.topic(added.topicId());
        if (topic == null) {
            return new AddPartitionsResult.Unknown();
        }
        int count = topic.partitions().size();
        if (count != added.countBefore()) {
            return new AddPartitionsResult.CountDiffers(count, versionOf(topic.id()));
        }
        List<PartitionInfo> partitions = new ArrayList<>(topic.partitions());
        partitions.addAll(firstStates(count, added.replicas()));
        cluster.put(new TopicInfo(topic.id(), topic.name(), topic.internal(), partitions, topic.configs()));
        return new AddPartitionsResult.Added(cluster.nextVersion());
    }

    List<AlterConfigsResult> alterConfigs(List<ConfigChange> changes) {
        Set<ConfigResource> touchedBrokers = new HashSet<>();
        return changes.stream()
                .map(change -> change.resource() instanceof ConfigResource.Topic topic
                        ? alterTopic(topic, change.edit())
                        : alterBroker(change, touchedBrokers))
                .toList();
    }

    private AlterConfigsResult alterTopic(ConfigResource.Topic resource, ConfigChange.Edit edit) {
        TopicInfo topic = cluster.collidingTopic(resource.name());
        if (topic == null || !topic.name().equals(resource.name())) {
            return new AlterConfigsResult.UnknownTopic();
        }
        Decision decision = edit.decide(topic.configs(), cluster.brokerOverrides());
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        Map<String, String> next = ((Decision.Become) decision).configs();
        if (!next.equals(topic.configs())) {
            cluster.put(new TopicInfo(topic.id(), topic.name(), topic.internal(), topic.partitions(), next));
        }
        return new AlterConfigsResult.Altered(versionOf(topic.id()));
    }

    private AlterConfigsResult alterBroker(ConfigChange change, Set<ConfigResource> touched) {
        BrokerOverrides overrides = cluster.brokerOverrides();
        Map<String, String> current = ConfigResource.brokerConfigs(change.resource(), overrides);
        Decision decision = change.edit().decide(current, overrides);
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        Map<String, String> next = ((Decision.Become) decision).configs();
        if (!next.equals(current)) {
            cluster.put(ConfigResource.withBrokerConfigs(change.resource(), overrides, next));
            touched.add(change.resource());
        }
        boolean now = touched.contains(change.resource());
        return new AlterConfigsResult.Altered(now ? cluster.nextVersion() : cluster.version());
    }
}
