package io.rowlock.broker.api.topics;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kafka's rules for the names of topics. */
public final class TopicNames {

    /** The longest name, in characters, which are all of one byte: the partition's directory must still fit its index. */
    public static final int LENGTH_MAX = 249;

    /** So much of a longer name a message repeats: with all of it, it might not fit an answer. */
    private static final int SHOWN_MAX = 5_000;

    /** Where Kafka's controllers keep their log; a topic of that name would not be what tools take it for. */
    static final String CLUSTER_METADATA = "__cluster_metadata";

    private static final Set<String> INTERNAL =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    private TopicNames() {}

    /** What is wrong with a name, in a sentence; null if nothing is. */
    public static @Nullable String problem(String name) {
        String problem = null;
        if (name.isEmpty()) {
            problem = "the empty string is not allowed";
        } else if (name.equals(".") || name.equals("..")) {
            problem = "'" + name + "' is not allowed";
        } else if (name.length() > LENGTH_MAX) {
            problem = "the length of '" + shown(name) + "' is longer than the max allowed length " + LENGTH_MAX;
        } else if (!name.chars().allMatch(TopicNames::isAllowed)) {
            problem = "'" + name + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
        }
        return problem == null ? null : "Topic name is invalid: " + problem;
    }

    private static String shown(String name) {
        return name.length() <= SHOWN_MAX ? name : name.substring(0, SHOWN_MAX) + "...";
    }

    /** Whether it is one of the topics that Kafka keeps for itself. */
    public static boolean isInternal(String name) {
        return INTERNAL.contains(name);
    }

    /** Whether another name may look the same in the name of a metric, where a dot becomes an underscore. */
    static boolean mayCollide(String name) {
        return name.indexOf('.') >= 0 || name.indexOf('_') >= 0;
    }

    /** Equal for names that collide. */
    static String collisionKey(String name) {
        return name.replace('.', '_');
    }

    private static boolean isAllowed(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
