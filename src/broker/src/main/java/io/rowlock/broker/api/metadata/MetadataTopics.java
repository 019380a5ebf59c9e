package io.rowlock.broker.api.metadata;

import io.rowlock.broker.api.metadata.ListenerView.PartitionState;
import io.rowlock.broker.api.metadata.ListenerView.Wording;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponsePartition;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The topics of one Metadata response. */
final class MetadataTopics {

    private static final UUID NO_ID = new UUID(0, 0);

    private final MetadataImage image;
    private final ListenerView view;
    private final Wording wording;
    private final int authorizedOperations;

    MetadataTopics(MetadataImage image, ListenerView view, Wording wording, int authorizedOperations) {
        this.image = image;
        this.view = view;
        this.wording = wording;
        this.authorizedOperations = authorizedOperations;
    }

    static boolean hasId(MetadataRequestTopic topic) {
        return !topic.topicId().equals(NO_ID);
    }

    /** The errors for topics that do not exist and are not to be created either. */
    static Map<String, ErrorCode> unknown(Collection<String> names) {
        Map<String, ErrorCode> errors = new HashMap<>();
        for (String name : names) {
            errors.put(
                    name,
                    TopicNames.problem(name) == null
                            ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                            : ErrorCode.INVALID_TOPIC_EXCEPTION);
        }
        return errors;
    }

    List<MetadataResponseTopic> all() {
        List<MetadataResponseTopic> answers = new ArrayList<>(image.topics().size());
        for (TopicInfo topic : image.topics()) {
            answers.add(known(topic));
        }
        return answers;
    }

    /** Where a topic is asked for by id, all are; those without an id are left out, as Kafka does. */
    List<MetadataResponseTopic> byId(List<MetadataRequestTopic> asked) {
        List<MetadataResponseTopic> answers = new ArrayList<>(asked.size());
        Set<UUID> seen = new HashSet<>();
        for (MetadataRequestTopic each : asked) {
            if (hasId(each) && seen.add(each.topicId())) {
                TopicInfo topic = image.topic(each.topicId());
                answers.add(
                        topic != null
                                ? known(topic)
                                : new MetadataResponseTopic()
                                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code())
                                        .setName(null)
                                        .setTopicId(each.topicId()));
            }
        }
        return answers;
    }

    /** @param whenMissing given all names that do not exist, the error for each */
    List<MetadataResponseTopic> byName(
            List<MetadataRequestTopic> asked, Function<Collection<String>, Map<String, ErrorCode>> whenMissing) {
        List<MetadataResponseTopic> answers = new ArrayList<>(asked.size());
        Set<String> seen = new HashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        for (MetadataRequestTopic each : asked) {
            String name = each.name();
            TopicInfo topic = name == null ? null : image.topic(name);
            if (name == null) {
                answers.add(failed(null, ErrorCode.INVALID_REQUEST));
            } else if (topic == null) {
                missing.add(name);
            } else if (seen.add(name)) {
                answers.add(known(topic));
            }
        }
        if (!missing.isEmpty()) {
            Map<String, ErrorCode> errors = whenMissing.apply(missing);
            for (String name : missing) {
                answers.add(failed(name, errors.getOrDefault(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)));
            }
        }
        return answers;
    }

    private MetadataResponseTopic failed(@Nullable String name, ErrorCode error) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setIsInternal(name != null && TopicNames.isInternal(name))
                .setTopicAuthorizedOperations(authorizedOperations);
    }

    private MetadataResponseTopic known(TopicInfo topic) {
        List<MetadataResponsePartition> partitions =
                new ArrayList<>(topic.partitions().size());
        for (PartitionInfo partition : topic.partitions()) {
            PartitionState state = view.state(partition, wording);
            partitions.add(new MetadataResponsePartition()
                    .setErrorCode(state.error().code())
                    .setPartitionIndex(partition.index())
                    .setLeaderId(state.leader())
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(state.replicas())
                    .setIsrNodes(state.inSyncReplicas())
                    .setOfflineReplicas(state.offlineReplicas()));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(topic.internal())
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(authorizedOperations);
    }
}
