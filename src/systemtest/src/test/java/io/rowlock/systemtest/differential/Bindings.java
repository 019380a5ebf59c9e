package io.rowlock.systemtest.differential;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What one broker's answers taught in one run: the values behind {@link Ref}s, and names for the values that each broker chooses for itself, so that answers
 * of two brokers can be compared.
 */
final class Bindings {
    /** No broker chooses it, so it stands for the id of a topic that never was. */
    private static final Uuid NOBODYS_TOPIC = new Uuid(77, 77);

    private static final long NOBODYS_PRODUCER = 987_654_321L;
    private static final int NOBODYS_SESSION = 123_456_789;
    private static final Pattern ENDS_IN_UUID =
            Pattern.compile("(.*-)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.DOTALL);

    private final String prefix;
    private final Map<Ref, Object> values = new HashMap<>();
    /** Names for values, by kind and value. */
    private final Map<String, String> names = new HashMap<>();

    private final Map<String, Integer> ordinals = new HashMap<>();

    /** @param prefix of all names of topics and groups in this run */
    Bindings(String prefix) {
        this.prefix = prefix;
    }

    /** The value itself, or what this broker has for a {@link Ref} or {@link Batches}. */
    @Nullable
    Object resolve(@Nullable Object value) {
        if (value instanceof Batches batches) {
            return batches.records(this::resolve);
        }
        if (!(value instanceof Ref ref)) {
            return value;
        }
        Object bound = values.get(ref);
        if (bound != null) {
            return bound;
        }
        return switch (ref.kind()) {
            case TOPIC, GROUP -> prefix + ref.name();
            case TOPIC_ID -> NOBODYS_TOPIC;
            case MEMBER_ID -> "";
            case GENERATION -> 0;
            case PRODUCER_ID -> NOBODYS_PRODUCER;
            case SESSION_ID -> NOBODYS_SESSION;
            case SESSION_EPOCH -> 1;
        };
    }

    /** Takes from an answer what later requests refer to. */
    void learn(Request request, Map<String, Object> answer) {
        switch (request.api()) {
            case METADATA, DESCRIBE_TOPIC_PARTITIONS -> topics(answer.get("topics"));
            case CREATE_TOPICS -> {
                if (!Boolean.TRUE.equals(request.body().get("validate_only"))) {
                    topics(answer.get("topics"));
                }
            }
            case JOIN_GROUP -> joined(request, answer);
            case INIT_PRODUCER_ID -> producer(request, answer);
            case FETCH -> session(request, answer);
            default -> {
                // Brings nothing to refer to.
            }
        }
    }

    private void topics(@Nullable Object topics) {
        if (!(topics instanceof List<?> list)) {
            return;
        }
        for (Object each : list) {
            Map<?, ?> topic = (Map<?, ?>) each;
            Object name = topic.get("name");
            if (topic.get("topic_id") instanceof Uuid id && !id.equals(Uuid.ZERO_UUID) && name instanceof String text) {
                String local = local(text);
                values.put(new Ref(Ref.Kind.TOPIC_ID, local), id);
                name("topic_id", id, local);
            }
        }
    }

    private void joined(Request request, Map<String, Object> answer) {
        if (!(request.body().get("group_id") instanceof Ref group) || !(answer.get("member_id") instanceof String id)) {
            return;
        }
        boolean accepted = isZero(answer.get("error_code"));
        if (!id.isEmpty()) {
            values.put(new Ref(Ref.Kind.MEMBER_ID, group.name() + "/" + request.actor()), id);
        }
        if (accepted && answer.get("generation_id") instanceof Integer generation) {
            values.put(new Ref(Ref.Kind.GENERATION, group.name()), generation);
        }
    }

    private void producer(Request request, Map<String, Object> answer) {
        if (isZero(answer.get("error_code")) && answer.get("producer_id") instanceof Long id && id >= 0) {
            values.put(new Ref(Ref.Kind.PRODUCER_ID, request.label()), id);
            name("producer_id", id, request.label());
        }
    }

    private void session(Request request, Map<String, Object> answer) {
        if (!isZero(answer.get("error_code")) || !(answer.get("session_id") instanceof Integer id) || id == 0) {
            return;
        }
        Ref session = new Ref(Ref.Kind.SESSION_ID, request.label());
        Ref epoch = new Ref(Ref.Kind.SESSION_EPOCH, request.label());
        boolean known = id.equals(values.put(session, id));
        int next = known && values.get(epoch) instanceof Integer last ? last + 1 : 1;
        values.put(epoch, next);
        name("session_id", id, request.label());
    }

    private static boolean isZero(@Nullable Object code) {
        return code instanceof Short number && number == 0;
    }

    /** A name of this run without its prefix. */
    String local(String text) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }

    /** Whether a name is one of this run. */
    boolean isLocal(String text) {
        return text.startsWith(prefix);
    }

    /** What both brokers would say for a value that each chooses for itself; other values as they are. */
    Object canonical(String field, Object value) {
        if (value instanceof Uuid id) {
            return id.equals(Uuid.ZERO_UUID) ? "zero" : names.getOrDefault("topic_id " + id, "unknown id");
        }
        if (value instanceof String text) {
            Matcher chosen = ENDS_IN_UUID.matcher(text);
            return chosen.matches() ? name("text", text, local(chosen.group(1))) : text.replace(prefix, "");
        }
        return names.getOrDefault(field + " " + value, String.valueOf(value));
    }

    private String name(String kind, Object value, String base) {
        return names.computeIfAbsent(
                kind + " " + value, key -> base + "#" + ordinals.merge(kind + " " + base, 1, Integer::sum));
    }
}
