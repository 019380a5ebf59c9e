package io.rowlock.systemtest.streams;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * Runs {@link StreamsTopology} until SIGTERM and tells on standard output, line by line, what a test waits for: {@code state RUNNING}, {@code tasks
 * active=4 standby=4} after each change of the assignment, {@code restored <changelog> <records>}. Its one argument is a file of Kafka Streams'
 * settings; what stands there under {@code changelog.} are settings of the changelogs.
 */
public final class StreamsApp {
    private static final String CHANGELOG_PREFIX = "changelog.";

    private StreamsApp() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Properties all = new Properties();
        try (InputStream file = Files.newInputStream(Path.of(arguments[0]))) {
            all.load(file);
        }
        Properties config = new Properties();
        Map<String, String> changelog = new HashMap<>();
        for (String name : all.stringPropertyNames()) {
            if (name.startsWith(CHANGELOG_PREFIX)) {
                changelog.put(name.substring(CHANGELOG_PREFIX.length()), all.getProperty(name));
            } else {
                config.setProperty(name, all.getProperty(name));
            }
        }
        config.putIfAbsent(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        run(new KafkaStreams(StreamsTopology.build(changelog), config));
    }

    private static void run(KafkaStreams streams) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        streams.setStateListener((now, before) -> {
            System.out.println("state " + now);
            if (now == KafkaStreams.State.ERROR) {
                ended.countDown();
            }
        });
        streams.setGlobalStateRestoreListener(new Restored());
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close, "close"));
        streams.start();
        String told = "";
        while (ended.getCount() > 0) {
            String tasks = tasks(streams);
            if (!tasks.equals(told)) {
                System.out.println(tasks);
                told = tasks;
            }
            if (ended.await(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                System.exit(1);
            }
        }
    }

    private static String tasks(KafkaStreams streams) {
        if (streams.state() != KafkaStreams.State.RUNNING) {
            return "tasks unknown";
        }
        int active = 0;
        int standby = 0;
        for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
            active += thread.activeTasks().size();
            standby += thread.standbyTasks().size();
        }
        return "tasks active=" + active + " standby=" + standby;
    }

    /** Tells how many records of a changelog were read to have the state back; said by the threads that restore. */
    private static final class Restored implements StateRestoreListener {
        @Override
        public void onRestoreStart(TopicPartition changelog, String store, long from, long to) {}

        @Override
        public void onBatchRestored(TopicPartition changelog, String store, long to, long count) {}

        @Override
        public void onRestoreEnd(TopicPartition changelog, String store, long total) {
            System.out.println("restored " + changelog + " " + total);
        }
    }
}
