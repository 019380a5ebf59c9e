package io.rowlock.systemtest;

import io.rowlock.systemtest.streams.StreamsTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** How far a Streams application has come, and what it made for itself on the broker, as an administrator sees it. */
final class StreamsProgress {
    /** Between two questions, so that asking does not take the machine from what is asked about. */
    static final Duration PAUSE = Duration.ofMillis(50);

    private final Admin admin;
    private final String application;

    StreamsProgress(Admin admin, String application) {
        this.admin = admin;
        this.application = application;
    }

    /** Returns when all that is in the input topics, and all that the application sent itself, has been processed and committed. */
    void awaitAll() {
        Clients.until("all input of " + application + " is processed", StreamsProgress.PAUSE, () -> {
            Map<TopicPartition, Long> ends = ends();
            return ends.equals(committed(ends.keySet())) && ends.equals(ends());
        });
    }

    /** Returns when more lines have been processed and committed than before. */
    void awaitMore() {
        long before = lines();
        Clients.until("some input is processed", StreamsProgress.PAUSE, () -> lines() > before);
    }

    private long lines() {
        return committed(Clients.partitions(StreamsTopics.LINES, StreamsInput.PARTITIONS)).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Of every partition that the application reads, but for changelogs, where it ends. */
    private Map<TopicPartition, Long> ends() {
        List<String> topics = new ArrayList<>(StreamsTopics.inputs());
        topics.addAll(
                internalTopics().stream().filter(topic -> !isChangelog(topic)).toList());
        return offsets(topics, OffsetSpec.latest());
    }

    private Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> committed = Clients.committed(admin, application);
        Map<TopicPartition, Long> all = new HashMap<>();
        partitions.forEach(partition -> all.put(partition, committed.getOrDefault(partition, 0L)));
        return all;
    }

    Map<TopicPartition, Long> offsets(Collection<String> topics, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        topics.forEach(topic ->
                Clients.partitions(topic, StreamsInput.PARTITIONS).forEach(partition -> asked.put(partition, which)));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Clients.get(admin.listOffsets(asked).all())
                .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    /** The topics that the application created for itself. */
    Set<String> internalTopics() {
        Set<String> topics = new TreeSet<>(Clients.get(admin.listTopics().names()));
        topics.removeIf(topic -> !topic.startsWith(application + "-"));
        return topics;
    }

    static boolean isChangelog(String topic) {
        return topic.endsWith("-changelog");
    }

    /** By internal topic what one of its settings says. */
    Map<String, String> settings(String name) {
        List<ConfigResource> asked = internalTopics().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Map<ConfigResource, Config> answered =
                Clients.get(admin.describeConfigs(asked).all());
        Map<String, String> values = new TreeMap<>();
        answered.forEach(
                (topic, config) -> values.put(topic.name(), config.get(name).value()));
        return values;
    }

    @Override
    public String toString() {
        Map<TopicPartition, Long> ends = ends();
        return application + " at " + committed(ends.keySet()) + " of " + ends;
    }
}
