package io.rowlock.broker.partition;

import io.rowlock.protocol.record.RecordBatchValidator;

/**
 * What a topic's settings mean for one of its partitions.
 *
 * @param validator of produced batches
 * @param minInSyncReplicas {@code min.insync.replicas}
 * @param flushPolicy when the log is synced
 */
public record PartitionSettings(RecordBatchValidator validator, int minInSyncReplicas, FlushPolicy flushPolicy) {}
