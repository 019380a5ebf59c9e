package io.rowlock.log;

/**
 * What a log remembers of an idempotent producer, as DescribeProducers tells it (KIP-664).
 *
 * @param lastSequence of its last batch, or -1
 * @param lastTimestamp when that was appended, by the wall clock in milliseconds
 * @param coordinatorEpoch of the transaction coordinator that wrote last, or -1
 * @param txnFirstOffset where its open transaction begins, or -1
 */
public record ActiveProducer(
        long producerId,
        short epoch,
        int lastSequence,
        long lastTimestamp,
        int coordinatorEpoch,
        long txnFirstOffset) {}
