package io.rowlock.systemtest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What producers were told, consumers saw, and groups committed, in a run in which anything may have failed; and whether it
 * belongs together. Records are known by producer and number: a producer sends rising numbers to each partition. Thread-safe.
 */
final class HistoryChecker {

    /** What must not happen. */
    enum Violation {
        /** Acknowledged, and not in the log. */
        LOST,
        /** In the log more than once. */
        DUPLICATED,
        /** In the log in another order than it was sent in. */
        REORDERED,
        /** In the log, below what the group consumed, and never received. */
        UNSEEN,
        /** Another record was seen at that offset, or the acknowledgement named another one. */
        INCONSISTENT,
        /** A consumer was given an offset that is not beyond the one before, without having been assigned the partition anew. */
        POLLED_BACK,
        /** A group's committed offset is lower than one that was acknowledged before. */
        COMMITTED_BACK
    }

    private static final int TOLD_MAX = 10;

    private record Sent(int producer, int number) {}

    private final Map<TopicPartition, Map<Long, Sent>> acknowledged = new HashMap<>();
    private final Map<TopicPartition, Map<Long, Sent>> seen = new HashMap<>();
    private final Map<TopicPartition, Set<Long>> received = new HashMap<>();
    private final Map<TopicPartition, Map<Long, Sent>> logs = new HashMap<>();
    private final Map<String, Map<TopicPartition, Long>> positions = new HashMap<>();
    private final Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
    private final Map<Violation, List<String>> violations = new EnumMap<>(Violation.class);
    private int acknowledgements;
    private int receipts;

    private static <K> Map<Long, Sent> of(Map<K, Map<Long, Sent>> all, K key) {
        return all.computeIfAbsent(key, k -> new HashMap<>());
    }

    private void violated(Violation violation, String what) {
        List<String> told = violations.computeIfAbsent(violation, v -> new ArrayList<>());
        if (told.size() < TOLD_MAX) {
            told.add(what);
        } else if (told.size() == TOLD_MAX) {
            told.add("and more");
        }
    }

    /** The producer was told that its record stands at that offset. */
    synchronized void acknowledged(int producer, int number, TopicPartition partition, long offset) {
        acknowledgements++;
        Sent sent = new Sent(producer, number);
        Sent other = of(acknowledged, partition).put(offset, sent);
        if (other != null) {
            violated(
                    Violation.INCONSISTENT,
                    partition + " at " + offset + ": acknowledged as " + other + " and as " + sent);
        }
    }

    /** The consumer begins with these partitions, wherever their positions are. */
    synchronized void assigned(String consumer, Collection<TopicPartition> partitions) {
        partitions.forEach(positions.computeIfAbsent(consumer, c -> new HashMap<>())::remove);
    }

    /** A poll of the consumer brought the record. */
    synchronized void received(String consumer, TopicPartition partition, long offset, int producer, int number) {
        receipts++;
        received.computeIfAbsent(partition, p -> new HashSet<>()).add(offset);
        Long before = positions.computeIfAbsent(consumer, c -> new HashMap<>()).put(partition, offset);
        if (before != null && before >= offset) {
            violated(Violation.POLLED_BACK, consumer + " got " + partition + " at " + offset + " after " + before);
        }
        compare(partition, offset, new Sent(producer, number));
    }

    private void compare(TopicPartition partition, long offset, Sent record) {
        Sent other = of(seen, partition).putIfAbsent(offset, record);
        if (other != null && !other.equals(record)) {
            violated(Violation.INCONSISTENT, partition + " at " + offset + ": seen as " + other + " and as " + record);
        }
    }

    /** A commit of the group was acknowledged. */
    synchronized void committed(String group, TopicPartition partition, long offset) {
        committed.computeIfAbsent(group, g -> new HashMap<>()).merge(partition, offset, Math::max);
    }

    /** What was acknowledged as committed until now: whoever asks from now on must not be told less. */
    synchronized Map<TopicPartition, Long> committedUntilNow(String group) {
        return Map.copyOf(committed.getOrDefault(group, Map.of()));
    }

    /** The coordinator told what the group has committed, when asked after {@link #committedUntilNow}. */
    synchronized void committedSeen(String group, Map<TopicPartition, Long> untilThen, Map<TopicPartition, Long> told) {
        untilThen.forEach((partition, least) -> {
            Long now = told.get(partition);
            if (now == null || now < least) {
                violated(
                        Violation.COMMITTED_BACK,
                        group + " is at " + now + " in " + partition + ", acknowledged was " + least);
            }
        });
    }

    /** The record stands in the log; to be told of all that do, in their order, when all faults are over. */
    synchronized void inLog(TopicPartition partition, long offset, int producer, int number) {
        Sent record = new Sent(producer, number);
        logs.computeIfAbsent(partition, p -> new TreeMap<>()).put(offset, record);
        compare(partition, offset, record);
    }

    /** How many records were acknowledged so far. */
    synchronized int acknowledgements() {
        return acknowledgements;
    }

    /** How many records were received so far, each time counted. */
    synchronized int receipts() {
        return receipts;
    }

    /**
     * All that was violated. To be asked once, after the logs.
     *
     * @param consumedAll whether every record was to be received by somebody
     */
    synchronized Map<Violation, List<String>> violations(boolean consumedAll) {
        acknowledged.forEach((partition, records) -> records.forEach((offset, sent) -> {
            Sent there = logs.getOrDefault(partition, Map.of()).get(offset);
            if (there == null) {
                violated(Violation.LOST, partition + " at " + offset + ": " + sent);
            } else if (!there.equals(sent)) {
                violated(Violation.LOST, partition + " at " + offset + ": " + sent + ", there is " + there);
            }
        }));
        logs.forEach(this::checkLog);
        if (consumedAll) {
            logs.forEach((partition, records) -> records.forEach((offset, record) -> {
                if (!received.getOrDefault(partition, Set.of()).contains(offset)) {
                    violated(Violation.UNSEEN, partition + " at " + offset + ": " + record);
                }
            }));
        }
        return violations;
    }

    private void checkLog(TopicPartition partition, Map<Long, Sent> records) {
        Map<Integer, Integer> last = new HashMap<>();
        Set<Sent> found = new HashSet<>();
        records.forEach((offset, record) -> {
            if (!found.add(record)) {
                violated(Violation.DUPLICATED, partition + " at " + offset + ": " + record);
            } else if (Objects.requireNonNullElse(last.put(record.producer(), record.number()), -1) > record.number()) {
                violated(Violation.REORDERED, partition + " at " + offset + ": " + record);
            }
        });
    }
}
