package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One offset per partition, kept in a file of Kafka's format. Not thread-safe. */
final class OffsetCheckpoint {

    private final Disk disk;
    private final Path file;
    private final Map<TopicPartition, Long> offsets;

    private OffsetCheckpoint(Disk disk, Path file, Map<TopicPartition, Long> offsets) {
        this.disk = disk;
        this.file = file;
        this.offsets = new HashMap<>(offsets);
    }

    /** Throws {@link CorruptLogException} for a file that is no checkpoint. */
    static OffsetCheckpoint load(Disk disk, Path file) throws IOException {
        return new OffsetCheckpoint(disk, file, CheckpointFile.read(disk, file));
    }

    static OffsetCheckpoint empty(Disk disk, Path file) {
        return new OffsetCheckpoint(disk, file, Map.of());
    }

    /** 0 where nothing is known. */
    long get(TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    /** Takes effect on disk with the next {@link #write()}. */
    void put(TopicPartition partition, long offset) {
        offsets.put(partition, offset);
    }

    /** As {@link #put}, unless what is known is higher. */
    void raise(TopicPartition partition, long offset) {
        offsets.merge(partition, offset, Math::max);
    }

    /** Returns once all of it is durable. */
    void write() throws IOException {
        // 0 says nothing: with thousands of partitions the file stays small.
        Map<TopicPartition, Long> known = new HashMap<>(offsets);
        known.values().removeIf(offset -> offset == 0);
        CheckpointFile.write(disk, file, known);
    }

    /** Lowers the offsets that are above these, durably. */
    void lower(Map<TopicPartition, Long> limits) throws IOException {
        boolean changed = false;
        for (Map.Entry<TopicPartition, Long> limit : limits.entrySet()) {
            Long current = offsets.get(limit.getKey());
            if (current != null && current > limit.getValue()) {
                offsets.put(limit.getKey(), limit.getValue());
                changed = true;
            }
        }
        if (changed) {
            write();
        }
    }

    /** Forgets a partition, durably. */
    void forget(TopicPartition partition) throws IOException {
        if (offsets.remove(partition) != null) {
            write();
        }
    }
}
