package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.broker.config.BrokerSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UnsyncedTopicsTest {

    private static final UUID TOPIC = new UUID(1, 1);
    private static final String NEVER = Long.toString(Long.MAX_VALUE);

    private static Set<UUID> unsynced(Map<String, String> own, BrokerSettings atStart, BrokerOverrides overrides) {
        PartitionInfo elsewhere = new PartitionInfo(0, 1, 0, 0, List.of(1), List.of(1));
        PartitionInfo here = new PartitionInfo(1, 1, 0, 0, List.of(1, 2), List.of(1));
        TopicInfo topic = new TopicInfo(TOPIC, "orders", false, List.of(elsewhere, here), own);
        TopicInfo others = new TopicInfo(new UUID(2, 2), "others", false, List.of(elsewhere), own);
        MetadataDelta all = new MetadataDelta(1, true, "c", List.of(), List.of(topic, others), Set.of(), overrides);
        return UnsyncedTopics.of(MetadataImage.EMPTY.apply(all), atStart, 2);
    }

    private static Set<UUID> unsynced(Map<String, String> own) {
        return unsynced(own, BrokerSettings.DEFAULTS, BrokerOverrides.NONE);
    }

    @Test
    void topicsDecideForThemselves() {
        assertThat(unsynced(Map.of())).isEmpty();
        assertThat(unsynced(Map.of("flush.messages", "1"))).isEmpty();
        assertThat(unsynced(Map.of("flush.messages", "1", "flush.ms", "5"))).isEmpty();
        assertThat(unsynced(Map.of("flush.messages", NEVER))).isEmpty();
        assertThat(unsynced(Map.of("flush.messages", "2"))).containsExactly(TOPIC);
        assertThat(unsynced(Map.of("flush.ms", "0"))).containsExactly(TOPIC);
    }

    @Test
    void brokersDecideForTopicsThatDoNot() {
        BrokerSettings broker = BrokerSettings.of(Map.of("log.flush.interval.messages", "10"));
        assertThat(unsynced(Map.of(), broker, BrokerOverrides.NONE)).containsExactly(TOPIC);
        assertThat(unsynced(Map.of("flush.messages", "1"), broker, BrokerOverrides.NONE))
                .isEmpty();
        Map<String, String> atRunTime = Map.of("log.flush.interval.ms", "10");
        assertThat(unsynced(Map.of(), BrokerSettings.DEFAULTS, new BrokerOverrides(atRunTime, Map.of())))
                .containsExactly(TOPIC);
        assertThat(unsynced(Map.of(), BrokerSettings.DEFAULTS, new BrokerOverrides(Map.of(), Map.of(3, atRunTime))))
                .isEmpty();
    }
}
