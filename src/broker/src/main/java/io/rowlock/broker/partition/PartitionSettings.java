package io.rowlock.broker.partition;

import io.rowlock.log.LogConfig;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.protocol.record.RecordBatchValidator;
import io.rowlock.protocol.record.RecordsValidator;
import org.jspecify.annotations.Nullable;

/**
 * What a topic's settings mean for one of its partitions.
 *
 * @param validator of produced batches' headers
 * @param records what the records of produced batches have to be
 * @param minInSyncReplicas {@code min.insync.replicas}
 * @param flushPolicy when the log is synced
 * @param log what the log itself needs to know
 * @param compaction how the log is compacted; null if {@code cleanup.policy} does not say so
 */
public record PartitionSettings(
        RecordBatchValidator validator,
        RecordsValidator records,
        int minInSyncReplicas,
        FlushPolicy flushPolicy,
        LogConfig log,
        @Nullable CompactionConfig compaction) {}
