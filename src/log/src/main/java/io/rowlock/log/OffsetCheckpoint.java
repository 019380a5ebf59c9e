package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One offset per partition, kept in a file of Kafka's format. Not thread-safe. */
final class OffsetCheckpoint {

    private final Disk disk;
    private final Path file;
    private final Map<TopicPartition, Long> offsets;

    /**
     * Those of which the file has an offset that is not theirs any more. It is written before the next log of such a name is
     * opened, and not for each deleted partition: a topic may have thousands.
     */
    private final Set<TopicPartition> forgotten = new HashSet<>();

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
        forgotten.clear();
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

    /** Forgets a partition; on disk at the latest when the next one of its name is {@link #prepareFor prepared for}. */
    void forget(TopicPartition partition) {
        if (offsets.remove(partition) != null) {
            forgotten.add(partition);
        }
    }

    /** Forgets the partitions that have none of these directories: a crash came before the file was written without them. */
    void forgetAllBut(Set<String> directoryNames) {
        for (TopicPartition partition : List.copyOf(offsets.keySet())) {
            if (!directoryNames.contains(partition.directoryName())) {
                forget(partition);
            }
        }
    }

    /** Makes sure that a log of this name finds nothing of an earlier one, also after a crash. */
    void prepareFor(TopicPartition partition) throws IOException {
        if (forgotten.contains(partition)) {
            write();
        }
    }
}
