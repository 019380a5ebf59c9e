package io.rowlock.systemtest;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Which offsets of which partitions were written, or were received, and how many of them more than once. Safe for many threads. */
final class OffsetLedger {
    private final Map<String, BitSet> offsets = new TreeMap<>();
    private int distinct;
    private int repeated;

    synchronized void add(TopicPartition partition, long offset) {
        BitSet seen = offsets.computeIfAbsent(partition.toString(), p -> new BitSet());
        int index = Math.toIntExact(offset);
        if (seen.get(index)) {
            repeated++;
        } else {
            seen.set(index);
            distinct++;
        }
    }

    void add(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            add(new TopicPartition(record.topic(), record.partition()), record.offset());
        }
    }

    synchronized int distinct() {
        return distinct;
    }

    /** How many entries were there before. */
    synchronized int repeated() {
        return repeated;
    }

    /** What {@code other} has and this has not, in words. */
    synchronized List<String> missing(OffsetLedger other) {
        List<String> missing = new ArrayList<>();
        other.copy().forEach((partition, theirs) -> {
            theirs.andNot(offsets.getOrDefault(partition, new BitSet()));
            if (!theirs.isEmpty()) {
                missing.add(partition + ": " + theirs);
            }
        });
        return missing;
    }

    private synchronized Map<String, BitSet> copy() {
        Map<String, BitSet> copy = new TreeMap<>();
        offsets.forEach((partition, seen) -> copy.put(partition, (BitSet) seen.clone()));
        return copy;
    }
}
