package io.rowlock.broker.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which broker settings change while nodes run: of those that Kafka lets change (KIP-226), those that mean something here.
 * None of them is Kafka's to set for single nodes only.
 */
final class DynamicSettings {

    private static final Set<String> NAMES = names();

    private DynamicSettings() {}

    static boolean contains(String name) {
        return NAMES.contains(name);
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>(List.of(
                BrokerConfigs.MAX_CONNECTIONS.name(),
                BrokerConfigs.PRODUCER_ID_EXPIRATION_MS.name(),
                BrokerConfigs.NUM_RECOVERY_THREADS_PER_DATA_DIR.name(),
                BrokerConfigs.LOG_CLEANER_THREADS.name(),
                BrokerConfigs.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND.name(),
                BrokerConfigs.LOG_CLEANER_DEDUPE_BUFFER_SIZE.name(),
                BrokerConfigs.LOG_CLEANER_IO_BUFFER_SIZE.name(),
                BrokerConfigs.LOG_CLEANER_IO_BUFFER_LOAD_FACTOR.name(),
                BrokerConfigs.LOG_CLEANER_BACKOFF_MS.name()));
        for (Setting topicSetting : TopicConfigs.all()) {
            // Of several names for one topic setting, as log.retention.ms and .hours, Kafka lets the finest change.
            topicSetting.brokerNames().stream().findFirst().ifPresent(first -> names.add(first.name()));
        }
        return names;
    }
}
