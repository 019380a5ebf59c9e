package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.DeleteTopicsResponse;
import io.rowlock.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which topics a DeleteTopics request means, decided by one image of the cluster: every topic by its id, so that a topic
 * recreated meanwhile under the same name stays. With Kafka's errors and messages.
 */
final class DeletePlan {

    private static final UUID NO_ID = new UUID(0, 0);

    /**
     * A topic to be deleted.
     *
     * @param byName whether the client named it
     */
    record Target(String name, UUID id, boolean byName) {}

    private final List<DeletableTopicResult> refused = new ArrayList<>();
    private final Map<UUID, Target> targets = new LinkedHashMap<>();

    private DeletePlan() {}

    /** @param earlier the topic of that name whose deletion was tried, with unknown outcome; or null */
    static DeletePlan of(List<DeleteTopicState> asked, MetadataImage image, Function<String, @Nullable UUID> earlier) {
        DeletePlan plan = new DeletePlan();
        Set<String> names = new LinkedHashSet<>();
        Set<String> duplicateNames = new LinkedHashSet<>();
        Set<UUID> ids = new LinkedHashSet<>();
        Set<UUID> duplicateIds = new LinkedHashSet<>();
        for (DeleteTopicState topic : asked) {
            String name = topic.name();
            boolean hasId = !topic.topicId().equals(NO_ID);
            if (name == null && !hasId) {
                plan.refuse(null, NO_ID, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified.");
            } else if (name == null) {
                addOnce(topic.topicId(), ids, duplicateIds);
            } else if (hasId) {
                plan.refuse(
                        name,
                        topic.topicId(),
                        ErrorCode.INVALID_REQUEST,
                        "You may not specify both topic name and topic id.");
            } else {
                addOnce(name, names, duplicateNames);
            }
        }
        duplicateNames.forEach(name -> plan.refuse(name, NO_ID, ErrorCode.INVALID_REQUEST, "Duplicate topic name."));
        duplicateIds.forEach(id -> plan.refuse(null, id, ErrorCode.INVALID_REQUEST, "Duplicate topic id."));
        plan.resolveIds(ids, image);
        plan.resolveNames(names, image, earlier);
        return plan;
    }

    private static <T> void addOnce(T value, Set<T> once, Set<T> more) {
        if (more.contains(value)) {
            return;
        }
        if (!once.add(value)) {
            once.remove(value);
            more.add(value);
        }
    }

    private void resolveIds(Set<UUID> ids, MetadataImage image) {
        for (UUID id : ids) {
            TopicInfo topic = image.topic(id);
            if (topic == null) {
                refuse(null, id, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_ID.defaultMessage());
            } else {
                targets.put(id, new Target(topic.name(), id, false));
            }
        }
    }

    private void resolveNames(Set<String> names, MetadataImage image, Function<String, @Nullable UUID> earlier) {
        Set<UUID> twice = new HashSet<>();
        for (String name : names) {
            TopicInfo topic = image.topic(name);
            UUID id = topic != null ? topic.id() : earlier.apply(name);
            if (id == null) {
                refuse(
                        name,
                        NO_ID,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage());
            } else if (targets.putIfAbsent(id, new Target(name, id, true)) != null) {
                twice.add(id);
                refuse(
                        name,
                        id,
                        ErrorCode.INVALID_REQUEST,
                        "The provided topic name maps to an ID that was already supplied.");
            }
        }
        targets.keySet().removeAll(twice);
    }

    private void refuse(@Nullable String name, UUID id, ErrorCode error, String message) {
        refused.add(result(name, id, error, message));
    }

    List<Target> targets() {
        return List.copyOf(targets.values());
    }

    /** The response where {@code outcomes} came of the {@link #targets}. */
    DeleteTopicsResponse answer(List<TopicDeleter.Outcome> outcomes) {
        List<DeletableTopicResult> results = new ArrayList<>(refused);
        int i = 0;
        for (Target target : targets.values()) {
            TopicDeleter.Outcome outcome = outcomes.get(i++);
            if (outcome instanceof TopicDeleter.Outcome.Refused failed) {
                results.add(result(
                        target.name(),
                        target.id(),
                        failed.refusal().error(),
                        failed.refusal().message()));
            } else {
                results.add(result(target.name(), target.id(), ErrorCode.NONE, null));
            }
        }
        return new DeleteTopicsResponse().setResponses(results);
    }

    /** The response that refuses everything for one reason. */
    static DeleteTopicsResponse refuseAll(List<DeleteTopicState> asked, Refuse refusal) {
        List<DeletableTopicResult> results = new ArrayList<>(asked.size());
        for (DeleteTopicState topic : asked) {
            results.add(result(topic.name(), topic.topicId(), refusal.error(), refusal.message()));
        }
        return new DeleteTopicsResponse().setResponses(results);
    }

    private static DeletableTopicResult result(
            @Nullable String name, UUID id, ErrorCode error, @Nullable String message) {
        return new DeletableTopicResult()
                .setName(name)
                .setTopicId(id)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
