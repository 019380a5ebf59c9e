package io.rowlock.broker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients were told, and what must follow from it: what was acknowledged by all is there, what was read stays what it was,
 * and nothing is there twice or out of its producer's order.
 */
final class History {

    /** A record that a client was told is appended. */
    private record Acknowledged(String value, long offset) {}

    private final SimWorld world;
    private final List<TreeMap<Long, String>> read = new ArrayList<>();
    private final List<List<Acknowledged>> acknowledged = new ArrayList<>();

    History(SimWorld world, int partitions) {
        this.world = world;
        for (int i = 0; i < partitions; i++) {
            read.add(new TreeMap<>());
            acknowledged.add(new ArrayList<>());
        }
    }

    /** By all in-sync replicas; {@code offset} is -1 where the client was not told. */
    void acknowledgedByAll(int partition, String value, long offset) {
        world.tally.count("records acknowledged by all");
        acknowledged.get(partition).add(new Acknowledged(value, offset));
    }

    void acknowledgedByLeader() {
        world.tally.count("records acknowledged by the leader");
    }

    /** A consumer was given a record, in an answer that named {@code highWatermark}. */
    void read(int partition, long offset, String value, long highWatermark) {
        world.tally.count("records read");
        if (offset >= highWatermark) {
            throw new Violation(
                    4,
                    "record " + offset + " of partition " + partition + " was read above the high watermark "
                            + highWatermark);
        }
        String before = read.get(partition).putIfAbsent(offset, value);
        if (before != null && !before.equals(value)) {
            throw new Violation(
                    3,
                    "record " + offset + " of partition " + partition + " was '" + before + "' and is now '" + value
                            + "'");
        }
    }

    /** How far a partition was read by anybody. */
    long readUntil(int partition) {
        TreeMap<Long, String> records = read.get(partition);
        return records.isEmpty() ? 0 : records.lastKey() + 1;
    }

    /** A consumer that stands where a record was read before is told that there is no such offset. */
    void outOfRange(int partition, long position) {
        if (position <= readUntil(partition)) {
            throw new Violation(
                    1,
                    "offset " + position + " of partition " + partition + " was read before and is out of range now");
        }
    }

    /** Holds everything against the records of a partition, which nothing changes any more. */
    void holdAgainst(int partition, Map<Long, String> log) {
        Map<String, Long> offsets = new HashMap<>();
        Map<String, Integer> lastOfProducer = new HashMap<>();
        log.forEach((offset, value) -> {
            Long twice = offsets.putIfAbsent(value, offset);
            if (twice != null) {
                throw new Violation(5, "'" + value + "' stands at " + twice + " and " + offset + " of " + partition);
            }
            int dash = value.lastIndexOf('-');
            int number = Integer.parseInt(value.substring(dash + 1));
            Integer last = lastOfProducer.put(value.substring(0, dash), number);
            if (last != null && last >= number) {
                throw new Violation(5, "'" + value + "' follows number " + last + " in partition " + partition);
            }
        });
        for (Acknowledged each : acknowledged.get(partition)) {
            Long found = offsets.get(each.value());
            if (found == null || (each.offset() >= 0 && found != each.offset())) {
                throw new Violation(
                        1,
                        "'" + each.value() + "' was acknowledged by all at " + each.offset() + " of partition "
                                + partition + " and is " + (found == null ? "gone" : "at " + found));
            }
        }
        read.get(partition).forEach((offset, value) -> {
            @Nullable String found = log.get(offset);
            if (!value.equals(found)) {
                throw new Violation(
                        3,
                        "record " + offset + " of partition " + partition + " was read as '" + value + "' and is now '"
                                + found + "'");
            }
        });
    }

    /** A rule of what must always hold was broken. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(int rule, String what) {
            super("rule " + rule + ": " + what);
        }
    }
}
