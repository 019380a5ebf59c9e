package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The topics, partitions, offsets, groups and members that requests speak of, and what they say wrong about them. */
final class Vocabulary {
    private static final String[] ILLEGAL_NAMES = {"", ".", "..", "no spaces", "x".repeat(250), "a/b"};

    private final Chance chance;
    private String topic = "t0";
    private String group = "g0";

    Vocabulary(Chance chance) {
        this.chance = chance;
    }

    /** What later choices of partitions and records are about. */
    String lastTopic() {
        return topic;
    }

    private String drawTopic() {
        topic = chance.of("t0", "t0", "t0", "t0", "t1", "t1", "t2", "t2", "t3");
        return topic;
    }

    Object topic() {
        return chance.oddly(
                () -> Ref.topic(drawTopic()), Ref.topic("never"), Ref.topic("t9"), chance.of(ILLEGAL_NAMES));
    }

    Object topicId() {
        return chance.oddly(() -> new Ref(Ref.Kind.TOPIC_ID, drawTopic()), new Ref(Ref.Kind.TOPIC_ID, "never"));
    }

    /** For a request that takes names or ids: one of them, or wrongly both or neither. */
    Map<String, Object> topicByNameOrId() {
        Map<String, Object> named = new HashMap<>();
        int way = chance.oddly(() -> chance.of(0, 0, 1), 2, 3);
        named.put("name", way == 0 || way == 2 ? topic() : null);
        named.put("topic_id", way == 0 || way == 3 ? org.apache.kafka.common.Uuid.ZERO_UUID : topicId());
        return named;
    }

    /** The same, about topics that may go. */
    Map<String, Object> oneTopicByNameOrId(String name) {
        Map<String, Object> fields = topicByNameOrId();
        fields.replaceAll((field, value) -> {
            boolean drawn = value instanceof Ref ref && ref.name().matches("t[012]");
            return drawn && value instanceof Ref ref ? new Ref(ref.kind(), name) : value;
        });
        return fields;
    }

    Object newTopic() {
        return chance.oddly(
                () -> Ref.topic(chance.of("t3", "t3", "t4", "t.5")),
                Ref.topic("t0"),
                chance.of(ILLEGAL_NAMES),
                Ref.topic("x".repeat(249)));
    }

    int partition() {
        return chance.oddly(() -> chance.of(0, 0, 0, 0, 1, 2), -1, 3, 7, Integer.MAX_VALUE);
    }

    Object offset() {
        return chance.oddly(() -> (long) chance.below(8), -1L, -2L, 100L, Long.MAX_VALUE, Long.MIN_VALUE);
    }

    Object currentLeaderEpoch() {
        return chance.oddly(() -> chance.of(-1, -1, 0), 1, 5, -2);
    }

    Object timestamp() {
        return chance.of(
                -1L,
                -2L,
                -3L,
                -4L,
                -5L,
                -6L,
                -7L,
                ProduceData.TIME,
                ProduceData.TIME + chance.below(25),
                0L,
                Long.MAX_VALUE,
                ProduceData.TIME - 1);
    }

    Object group() {
        group = chance.of("g0", "g0", "g1", "simple");
        return chance.oddly(() -> Ref.group(group), "", Ref.group("never"));
    }

    /** A member of the group that was drawn last. */
    Object member() {
        return chance.oddly(
                () -> chance.in(3) ? "" : new Ref(Ref.Kind.MEMBER_ID, group + "/" + chance.of("a", "b")), "nobody");
    }

    Object generation() {
        return chance.oddly(() -> chance.in(3) ? -1 : new Ref(Ref.Kind.GENERATION, group), 99, -2, 0);
    }

    @Nullable
    Object instance() {
        return chance.in(6) ? chance.of("i-a", "i-b", "") : null;
    }

    List<Object> configs(int countMax, boolean operations) {
        List<Object> configs = new ArrayList<>();
        int count = chance.below(countMax + 1);
        for (int i = 0; i < count; i++) {
            Map<String, Object> config = config();
            if (operations) {
                config.put("config_operation", chance.oddly(() -> chance.of(0, 0, 1, 2, 3), 4, -1));
            }
            configs.add(config);
        }
        return configs;
    }

    private Map<String, Object> config() {
        String[] right = chance.of(
                new String[] {"cleanup.policy", chance.of("delete", "compact", "delete,compact", "compact,delete")},
                new String[] {"retention.ms", chance.of("-1", "604800000", "1000000000000")},
                new String[] {"segment.bytes", chance.of("1048576", "1073741824")},
                new String[] {"max.message.bytes", chance.of("0", "200", "1048588")},
                new String[] {"min.insync.replicas", chance.of("1", "2")},
                new String[] {"message.timestamp.type", chance.of("CreateTime", "LogAppendTime")},
                new String[] {"compression.type", "producer"},
                new String[] {"message.timestamp.before.max.ms", chance.of("1000", "9223372036854775807")},
                new String[] {"message.timestamp.after.max.ms", chance.of("1000", "9223372036854775807")},
                new String[] {"delete.retention.ms", "86400000"},
                new String[] {"unclean.leader.election.enable", chance.of("true", "false")},
                new String[] {"preallocate", "false"});
        String[][] wrong = {
            new String[] {"no.such.setting", "1"},
            new String[] {right[0], "bogus"},
            new String[] {"retention.ms", ""},
            new String[] {right[0], null},
            new String[] {"retention.ms", "-2"},
            new String[] {"segment.bytes", "13"},
            new String[] {"min.insync.replicas", "0"},
            new String[] {"cleanup.policy", "delete,bogus"},
            new String[] {"", "1"}
        };
        String[] pair = chance.oddly(() -> right, wrong);
        Map<String, Object> config = new HashMap<>();
        config.put("name", pair[0]);
        config.put("value", pair[1]);
        return config;
    }
}
