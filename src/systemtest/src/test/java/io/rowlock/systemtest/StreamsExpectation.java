package io.rowlock.systemtest;

import io.rowlock.systemtest.StreamsInput.Sent;
import io.rowlock.systemtest.streams.StreamsTopics;
import io.rowlock.systemtest.streams.StreamsValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the topology must come to, computed plainly from the records that were sent, one after the other and with nothing but maps. */
final class StreamsExpectation {
    private static final long WINDOW = StreamsValues.WINDOW.toMillis();
    private static final long GRACE = StreamsValues.GRACE.toMillis();
    private static final long GAP = StreamsValues.SESSION_GAP.toMillis();

    private final Map<String, Map<String, String>> results = new HashMap<>();
    private final Map<String, String> customers = new HashMap<>();
    private final Map<String, String> left = new HashMap<>();
    private final Map<String, String> right = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final Map<Integer, Long> streamTimes = new HashMap<>();
    private final Map<Window, String> windows = new HashMap<>();
    private final Map<String, List<Session>> sessions = new HashMap<>();
    private int late;

    private record Window(int partition, String sensor, long start) {}

    private record Session(long start, long end, String numbers) {}

    private StreamsExpectation(List<Sent> records) {
        records.forEach(this::take);
        conclude();
    }

    static StreamsExpectation of(List<Sent> records) {
        return new StreamsExpectation(records);
    }

    /** By key what the topic's last record must say; no entry for what must be deleted. */
    Map<String, String> table(String topic) {
        return Objects.requireNonNull(results.get(topic), topic);
    }

    /** How many numbers came after their window was closed. */
    int late() {
        return late;
    }

    private void take(Sent record) {
        String value = record.value();
        switch (record.topic()) {
            case StreamsTopics.LINES -> {
                for (String word : Objects.requireNonNull(value).split(" ")) {
                    counts.merge(word, 1L, Long::sum);
                }
            }
            case StreamsTopics.READINGS -> read(record, Objects.requireNonNull(value));
            case StreamsTopics.CUSTOMERS -> customers.put(record.key(), Objects.requireNonNull(value));
            case StreamsTopics.ORDERS -> {
                String name = customers.get(record.key());
                if (name != null) {
                    result(StreamsTopics.NAMED_ORDERS).put(Objects.requireNonNull(value), name);
                }
            }
            case StreamsTopics.LEFT -> putOrRemove(left, record);
            case StreamsTopics.RIGHT -> putOrRemove(right, record);
            default -> throw new IllegalArgumentException(record.topic());
        }
    }

    private static void putOrRemove(Map<String, String> table, Sent record) {
        if (record.value() == null) {
            table.remove(record.key());
        } else {
            table.put(record.key(), record.value());
        }
    }

    private Map<String, String> result(String topic) {
        return results.computeIfAbsent(topic, any -> new HashMap<>());
    }

    private void read(Sent record, String number) {
        int partition = Objects.requireNonNull(record.partition());
        long now = streamTimes.merge(partition, record.timestamp(), Math::max);
        long start = record.timestamp() - record.timestamp() % WINDOW;
        if (start + WINDOW + GRACE > now) {
            windows.merge(new Window(partition, record.key(), start), number, StreamsValues::united);
        } else {
            late++;
        }
        joinSession(record, number, now);
    }

    private void joinSession(Sent record, String number, long now) {
        Session joined = new Session(record.timestamp(), record.timestamp(), number);
        List<Session> apart = new ArrayList<>();
        for (Session other : sessions.getOrDefault(record.key(), List.of())) {
            if (other.end() < record.timestamp() - GAP || other.start() > record.timestamp() + GAP) {
                apart.add(other);
            } else {
                joined = new Session(
                        Math.min(joined.start(), other.start()),
                        Math.max(joined.end(), other.end()),
                        StreamsValues.united(joined.numbers(), other.numbers()));
            }
        }
        if (joined.end() >= now - GRACE - GAP) {
            apart.add(joined);
            sessions.put(record.key(), apart);
        }
    }

    private void conclude() {
        counts.forEach((word, count) -> result(StreamsTopics.COUNTS).put(word, String.valueOf(count)));
        windows.forEach((window, numbers) -> {
            if (window.start() + WINDOW + GRACE <= Objects.requireNonNull(streamTimes.get(window.partition()))) {
                result(StreamsTopics.TUMBLING).put(window.sensor() + "@" + window.start(), numbers);
            }
        });
        sessions.forEach((sensor, all) -> all.forEach(session -> result(StreamsTopics.SESSIONS)
                .put(sensor + "@" + session.start() + "-" + session.end(), session.numbers())));
        left.forEach((key, value) -> {
            result(StreamsTopics.JOINED).put(key, value + "+" + right.get(key));
            result(StreamsTopics.REFERRED).put(key, value + ">" + right.get(StreamsValues.reference(value)));
        });
        right.forEach((key, value) -> result(StreamsTopics.JOINED).putIfAbsent(key, left.get(key) + "+" + value));
    }
}
