package io.rowlock.log.check;

import io.rowlock.log.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one partition's directory holds.
 *
 * @param topicId null if the directory does not say
 * @param logStartOffset the first offset that can be read
 * @param endOffset the offset after the last whole batch
 * @param recoveryPoint everything below it was synced, as the directory remembers
 * @param latestEpoch the newest leader epoch in its checkpoint, or -1
 * @param epochs how many leader epochs the checkpoint names
 * @param snapshots of producers that are whole
 * @param producers in the newest of them
 * @param segments in order
 * @param findings in order of the files
 */
public record PartitionReport(
        TopicPartition partition,
        Path directory,
        @Nullable UUID topicId,
        long logStartOffset,
        long endOffset,
        long recoveryPoint,
        int latestEpoch,
        int epochs,
        int snapshots,
        int producers,
        List<SegmentReport> segments,
        List<Finding> findings) {

    public PartitionReport {
        segments = List.copyOf(segments);
        findings = List.copyOf(findings);
    }

    /** Whether no finding is damage. */
    public boolean isWhole() {
        return findings.stream().noneMatch(Finding::isDamage);
    }

    /** The bytes of all segments. */
    public long bytes() {
        return segments.stream().mapToLong(SegmentReport::bytes).sum();
    }

    /** The whole batches of all segments. */
    public long batches() {
        return segments.stream().mapToLong(SegmentReport::batches).sum();
    }

    /** The records in them. */
    public long records() {
        return segments.stream().mapToLong(SegmentReport::records).sum();
    }
}
