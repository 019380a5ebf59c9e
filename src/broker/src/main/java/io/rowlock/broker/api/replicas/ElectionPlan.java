package io.rowlock.broker.api.replicas;

import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.rowlock.protocol.message.ElectLeadersResponse;
import io.rowlock.protocol.message.ElectLeadersResponse.PartitionResult;
import io.rowlock.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one ElectLeaders request is about: the partitions to elect leaders for, and what it is told of the others. With Kafka's
 * messages. For one request; not thread-safe.
 */
final class ElectionPlan {

    /**
     * One partition of the answer.
     *
     * @param id null where there is no such partition
     * @param refusal what is known without an election; null where it is not
     */
    private record Entry(
            int index,
            @Nullable PartitionId id,
            @Nullable ErrorCode refusal,
            @Nullable String message) {}

    private record Topic(String name, List<Entry> entries) {}

    private final boolean named;
    private final List<Topic> topics = new ArrayList<>();
    private final Set<PartitionId> wanted = new HashSet<>();
    private final Reasons reasons = new Reasons();

    private ElectionPlan(boolean named) {
        this.named = named;
    }

    /** @param asked null for every partition that there is */
    static ElectionPlan of(ElectionType type, MetadataImage now, @Nullable List<TopicPartitions> asked) {
        ElectionPlan plan = new ElectionPlan(asked != null);
        if (asked == null) {
            now.topics().forEach(topic -> plan.addLacking(type, topic));
        } else {
            asked.forEach(topic -> plan.add(type, now, topic));
        }
        return plan;
    }

    /** Every topic, but only those partitions of it that lack the leader: as Kafka answers when none are named. */
    private void addLacking(ElectionType type, TopicInfo topic) {
        List<Entry> entries = new ArrayList<>();
        for (PartitionInfo partition : topic.partitions()) {
            if (isNeeded(type, partition)) {
                entries.add(toElect(topic, partition));
            }
        }
        topics.add(new Topic(topic.name(), entries));
    }

    private void add(ElectionType type, MetadataImage now, TopicPartitions asked) {
        String name = asked.topic();
        TopicInfo topic = now.topic(name);
        List<Entry> entries = new ArrayList<>(asked.partitions().size());
        for (int index : asked.partitions()) {
            if (topic == null) {
                entries.add(unknown(index, "No such topic as " + name));
            } else if (index < 0 || index >= topic.partitions().size()) {
                entries.add(unknown(index, "No such partition as " + name + "-" + index));
            } else if (isNeeded(type, topic.partitions().get(index))) {
                entries.add(toElect(topic, topic.partitions().get(index)));
            } else {
                ErrorCode notNeeded = ErrorCode.ELECTION_NOT_NEEDED;
                entries.add(new Entry(index, null, notNeeded, reasons.of(notNeeded.defaultMessage())));
            }
        }
        topics.add(new Topic(name, entries));
    }

    private static boolean isNeeded(ElectionType type, PartitionInfo partition) {
        return type == ElectionType.PREFERRED
                ? partition.leader() != partition.replicas().get(0)
                : partition.leader() == PartitionInfo.NO_LEADER;
    }

    private Entry unknown(int index, String message) {
        return new Entry(index, null, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, reasons.of(message));
    }

    private Entry toElect(TopicInfo topic, PartitionInfo partition) {
        PartitionId id = new PartitionId(topic.id(), partition.index());
        wanted.add(id);
        return new Entry(partition.index(), id, null, null);
    }

    /** The partitions to elect leaders for. */
    Set<PartitionId> wanted() {
        return wanted;
    }

    /** @param outcomes for all that is wanted */
    ElectLeadersResponse answer(Map<PartitionId, ElectionOutcome> outcomes) {
        List<ReplicaElectionResult> results = new ArrayList<>(topics.size());
        for (Topic topic : topics) {
            List<PartitionResult> partitions = new ArrayList<>(topic.entries().size());
            for (Entry entry : topic.entries()) {
                add(partitions, entry, outcomes);
            }
            results.add(new ReplicaElectionResult().setTopic(topic.name()).setPartitionResult(partitions));
        }
        return new ElectLeadersResponse().setReplicaElectionResults(results);
    }

    private void add(List<PartitionResult> partitions, Entry entry, Map<PartitionId, ElectionOutcome> outcomes) {
        ErrorCode error = entry.refusal();
        String message = entry.message();
        PartitionId id = entry.id();
        if (error == null && id != null) {
            error = ElectLeadersHandler.error(outcomes.getOrDefault(id, ElectionOutcome.UNKNOWN_PARTITION));
            message = error == ErrorCode.NONE ? null : reasons.of(error.defaultMessage());
        }
        // Somebody else may have elected the leader meanwhile: one who named nothing hears of what was lacking only.
        if (error != null && (named || error != ErrorCode.ELECTION_NOT_NEEDED)) {
            partitions.add(new PartitionResult()
                    .setPartitionId(entry.index())
                    .setErrorCode(error.code())
                    .setErrorMessage(message));
        }
    }
}
