package io.rowlock.broker.partition;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.RecordBatch;

/**
 * What is to be known of the batches that a leader sent, before a follower's log takes them.
 *
 * @param baseOffset of the first batch
 * @param lastOffset of the first batch
 * @param firstEpoch leader epoch of the first batch
 */
record LeaderRecords(long baseOffset, long lastOffset, int firstEpoch) {

    /**
     * Checks that {@code records} are whole batches with right checksums, whose offsets and leader epochs do not go back. Takes a
     * pass over the bytes, and any thread.
     *
     * @param leaderEpoch of who sent them: none can have a later one
     * @throws IllegalArgumentException if they are anything else, saying what
     */
    static LeaderRecords check(ByteBuf records, int leaderEpoch) {
        int begin = records.readerIndex();
        int end = records.writerIndex();
        long nextOffset = 0;
        int epoch = 0;
        for (int at = begin; at < end; ) {
            RecordBatch batch = batchAt(records, at, end);
            if (batch.baseOffset() < nextOffset || batch.nextOffset() <= batch.baseOffset()) {
                throw new IllegalArgumentException("a batch from offset " + batch.baseOffset() + " to "
                        + batch.lastOffset() + " follows on offset " + nextOffset);
            }
            if (batch.partitionLeaderEpoch() < epoch || batch.partitionLeaderEpoch() > leaderEpoch) {
                throw new IllegalArgumentException("a batch of leader epoch " + batch.partitionLeaderEpoch()
                        + " follows on epoch " + epoch + " under epoch " + leaderEpoch);
            }
            nextOffset = batch.nextOffset();
            epoch = batch.partitionLeaderEpoch();
            at += batch.sizeInBytes();
        }
        RecordBatch first = new RecordBatch(records, begin);
        return new LeaderRecords(first.baseOffset(), first.lastOffset(), first.partitionLeaderEpoch());
    }

    private static RecordBatch batchAt(ByteBuf records, int at, int end) {
        RecordBatch batch = new RecordBatch(records, at);
        boolean headed = end - at >= RecordBatch.HEADER_BYTES;
        // A length that is too large for its sum with the overhead comes out negative.
        int size = headed ? batch.sizeInBytes() : 0;
        if (size < RecordBatch.HEADER_BYTES || size > end - at) {
            throw new IllegalArgumentException("there is no whole batch in the last " + (end - at) + " bytes");
        }
        if (batch.magic() != RecordBatch.MAGIC) {
            throw new IllegalArgumentException("a batch has record format version " + batch.magic());
        }
        if (!new RecordBatch(records.slice(at, size)).hasValidCrc()) {
            throw new IllegalArgumentException(
                    "the checksum is not that of the records from offset " + batch.baseOffset() + " on");
        }
        return batch;
    }
}
