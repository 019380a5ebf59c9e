package io.rowlock.systemtest.streams;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TableJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * What people do with Kafka Streams, in one application: a word count by way of a repartition topic, tumbling windows that come out when they close,
 * session windows, a stream joined with a table, and two tables joined by their keys and by reference. Each has state with a changelog. All but the
 * counts are idempotent: a record that is processed twice leaves the same result, as long as none is deleted.
 */
final class StreamsTopology {
    /**
     * Longer than anything takes here: a record that is processed again must find the window that it is in already, and not begin it anew with itself
     * alone.
     */
    private static final Duration RETENTION = Duration.ofDays(1);

    private StreamsTopology() {}

    /** @param changelog settings of the topics that hold the changes of the stores, beside what Streams sets itself */
    static Topology build(Map<String, String> changelog) {
        StreamsBuilder builder = new StreamsBuilder();
        wordCount(builder, changelog);
        windows(builder, changelog);
        streamAndTable(builder, changelog);
        tables(builder, changelog);
        return builder.build();
    }

    private static void wordCount(StreamsBuilder builder, Map<String, String> changelog) {
        stream(builder, StreamsTopics.LINES)
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.with("words", Serdes.String(), Serdes.String()))
                .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("word-counts")
                        .withLoggingEnabled(changelog))
                .toStream()
                .mapValues(count -> Long.toString(count))
                .to(StreamsTopics.COUNTS, strings());
    }

    private static void windows(StreamsBuilder builder, Map<String, String> changelog) {
        KGroupedStream<String, String> readings =
                stream(builder, StreamsTopics.READINGS).groupByKey();
        readings.windowedBy(TimeWindows.ofSizeAndGrace(StreamsValues.WINDOW, StreamsValues.GRACE))
                .aggregate(
                        () -> "",
                        (sensor, number, numbers) -> StreamsValues.united(numbers, number),
                        Materialized.<String, String, WindowStore<Bytes, byte[]>>as("numbers-of-window")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.String())
                                .withRetention(RETENTION)
                                .withLoggingEnabled(changelog))
                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded().withLoggingEnabled(changelog))
                        .withName("until-closed"))
                .toStream((window, numbers) ->
                        window.key() + "@" + window.window().start())
                .to(StreamsTopics.TUMBLING, strings());
        readings.windowedBy(SessionWindows.ofInactivityGapAndGrace(StreamsValues.SESSION_GAP, StreamsValues.GRACE))
                .aggregate(
                        () -> "",
                        (sensor, number, numbers) -> StreamsValues.united(numbers, number),
                        (sensor, some, others) -> StreamsValues.united(some, others),
                        Materialized.<String, String, SessionStore<Bytes, byte[]>>as("numbers-of-session")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.String())
                                .withRetention(RETENTION)
                                .withLoggingEnabled(changelog))
                .toStream((session, numbers) -> session.key() + "@"
                        + session.window().start() + "-" + session.window().end())
                .to(StreamsTopics.SESSIONS, strings());
    }

    private static void streamAndTable(StreamsBuilder builder, Map<String, String> changelog) {
        KTable<String, String> customers = table(builder, StreamsTopics.CUSTOMERS, changelog);
        stream(builder, StreamsTopics.ORDERS)
                .join(customers, (order, name) -> order + " " + name)
                .selectKey((customer, named) -> named.substring(0, named.indexOf(' ')))
                .mapValues(named -> named.substring(named.indexOf(' ') + 1))
                .to(StreamsTopics.NAMED_ORDERS, strings());
    }

    private static void tables(StreamsBuilder builder, Map<String, String> changelog) {
        KTable<String, String> left = table(builder, StreamsTopics.LEFT, changelog);
        KTable<String, String> right = table(builder, StreamsTopics.RIGHT, changelog);
        left.outerJoin(right, (l, r) -> l + "+" + r, Named.as("outer"), store("joined", changelog))
                .toStream()
                .to(StreamsTopics.JOINED, strings());
        left.leftJoin(
                        right,
                        StreamsValues::reference,
                        (l, r) -> l + ">" + r,
                        TableJoined.as("reference"),
                        store("referred", changelog))
                .toStream()
                .to(StreamsTopics.REFERRED, strings());
    }

    private static KStream<String, String> stream(StreamsBuilder builder, String topic) {
        return builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String()));
    }

    private static KTable<String, String> table(StreamsBuilder builder, String topic, Map<String, String> changelog) {
        return builder.table(
                topic, Consumed.with(Serdes.String(), Serdes.String()), store("table-" + topic, changelog));
    }

    private static Materialized<String, String, KeyValueStore<Bytes, byte[]>> store(
            String name, Map<String, String> changelog) {
        return Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(name)
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.String())
                .withLoggingEnabled(changelog);
    }

    private static Produced<String, String> strings() {
        return Produced.with(Serdes.String(), Serdes.String());
    }
}
