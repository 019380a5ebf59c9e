package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;

/** Waits until what one request changed is true for the next: Apache Kafka's broker hears of changes a moment after its controller has made them. */
final class Settling {
    private static final List<String> TOPICS = List.of("t0", "t1", "t2", "t3", "t4", "t5", "t9", "t.5", "t_5");
    /** What settles at once; a difference in it is for a comparison to find. */
    private static final Set<String> SPOKEN_OF_ELSEWHERE = Set.of(
            "results[].configs[].is_sensitive",
            "results[].configs[].read_only",
            "results[].configs[].config_type",
            "results[].configs[].config_source",
            "results[].configs[].documentation",
            "results[].configs[]");

    private static final int PARTITIONS_MAX = 6;
    private static final int TRIES = 60;
    private static final int PAUSE_MS = 10;
    private static final int UNSEEN_MS = 100;
    private static final String ACTOR = "watch";

    private final Peer kafka;
    private final Peer rowlock;

    Settling(Peer kafka, Peer rowlock) {
        this.kafka = kafka;
        this.rowlock = rowlock;
    }

    static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a broker", e);
        }
    }

    /** Until both brokers say the same of all topics, or will not: then a comparison shows it. */
    void await(Request change) {
        for (int i = 0; i < TRIES && !(agree(metadata()) && agree(offsets()) && agree(configs())); i++) {
            pause(PAUSE_MS);
        }
        if (change.api() == ApiKeys.ALTER_CONFIGS || change.api() == ApiKeys.INCREMENTAL_ALTER_CONFIGS) {
            // Kafka tells of settings a moment before its logs follow them, and nothing shows when they do.
            pause(UNSEEN_MS);
        }
    }

    private boolean agree(Request request) {
        Map<String, Object> left = kafka.exchange(request);
        Map<String, Object> right = rowlock.exchange(request);
        return Comparison.of(request, kafka.bindings(), left, rowlock.bindings(), right).stream()
                .allMatch(each -> SPOKEN_OF_ELSEWHERE.contains(each.path())
                        || AcceptedDifference.explaining(each).isPresent());
    }

    private static Request metadata() {
        List<Object> topics = new ArrayList<>();
        TOPICS.forEach(name -> topics.add(Map.of("name", Ref.topic(name))));
        return new Request(ApiKeys.METADATA, (short) 12, ACTOR, "", false, Map.of("topics", topics));
    }

    private static Request offsets() {
        List<Object> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS_MAX; i++) {
            partitions.add(Map.of("partition_index", i, "timestamp", -1, "current_leader_epoch", -1));
        }
        List<Object> topics = new ArrayList<>();
        TOPICS.forEach(name -> topics.add(Map.of("name", Ref.topic(name), "partitions", partitions)));
        return new Request(
                ApiKeys.LIST_OFFSETS, (short) 7, ACTOR, "", false, Map.of("replica_id", -1, "topics", topics));
    }

    private static Request configs() {
        List<Object> resources = new ArrayList<>();
        for (String name : TOPICS) {
            Map<String, Object> resource = new HashMap<>();
            resource.put("resource_type", 2);
            resource.put("resource_name", Ref.topic(name));
            resource.put("configuration_keys", null);
            resources.add(resource);
        }
        return new Request(ApiKeys.DESCRIBE_CONFIGS, (short) 4, ACTOR, "", false, Map.of("resources", resources));
    }

    /** Whether both brokers have taken up a request that neither answers yet. */
    boolean isKeptWaiting(Request request) {
        for (int i = 0; i < TRIES; i++) {
            boolean answered = kafka.hasAnswered(request) || rowlock.hasAnswered(request);
            if (answered) {
                return false;
            }
            if (request.api() == ApiKeys.JOIN_GROUP
                    && isRebalancing(kafka, request)
                    && isRebalancing(rowlock, request)) {
                return true;
            }
            pause(PAUSE_MS);
        }
        return true;
    }

    private static boolean isRebalancing(Peer peer, Request join) {
        Object group = Objects.requireNonNull(join.body().get("group_id"));
        Request describe =
                new Request(ApiKeys.DESCRIBE_GROUPS, (short) 5, ACTOR, "", false, Map.of("groups", List.of(group)));
        return peer.exchange(describe).toString().contains("group_state=PreparingRebalance");
    }

    /** Removes all topics from both brokers. */
    void clear() {
        Stream.of(kafka, rowlock).forEach(peer -> {
            for (int i = 0; i < TRIES && !delete(peer, topics(peer)); i++) {
                pause(PAUSE_MS);
            }
        });
    }

    private static boolean delete(Peer peer, List<Object> names) {
        if (!names.isEmpty()) {
            Map<String, Object> body = Map.of("topic_names", names, "timeout_ms", 30_000);
            peer.exchange(new Request(ApiKeys.DELETE_TOPICS, (short) 5, ACTOR, "", false, body));
        }
        return names.isEmpty();
    }

    private static List<Object> topics(Peer peer) {
        Map<String, Object> all = new HashMap<>();
        all.put("topics", null);
        Map<String, Object> answer = peer.exchange(new Request(ApiKeys.METADATA, (short) 9, ACTOR, "", false, all));
        List<Object> names = new ArrayList<>();
        for (Object each : (List<?>) Objects.requireNonNull(answer.get("topics"))) {
            Map<?, ?> topic = (Map<?, ?>) each;
            if (Boolean.FALSE.equals(topic.get("is_internal"))) {
                names.add(Objects.requireNonNull(topic.get("name")));
            }
        }
        return names;
    }
}
