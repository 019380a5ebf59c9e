package io.rowlock.log.compaction;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides what becomes of each batch of a log, which it is shown in order from the oldest on, by the rules of Kafka's cleaner
 * (KIP-534 for tombstones and markers). Not thread-safe.
 */
public final class BatchRetention {

    /** What to do with a batch. */
    public enum Fate {
        /** Copy it as it is. */
        KEEP,
        /** Copy it with a horizon after which it may go. */
        KEEP_WITH_HORIZON,
        /** Look at each record. */
        FILTER,
        /** Take all its records out: the batch goes, unless an empty one must stay. */
        CLEAR
    }

    private final OffsetMap offsets;
    private final long mappedUntil;
    private final TransactionOutcomes transactions;
    private final Map<Long, ProducerTail> producers;
    private final long nowMillis;

    /** Whose transaction still has records here, up to the batch looked at. */
    private final Set<Long> withRecords = new HashSet<>();

    /**
     * @param offsets the last offset of each key below {@code mappedUntil}, where a batch begins
     * @param producers the producers that are remembered, by id
     */
    public BatchRetention(
            OffsetMap offsets,
            long mappedUntil,
            TransactionOutcomes transactions,
            Map<Long, ProducerTail> producers,
            long nowMillis) {
        this.offsets = offsets;
        this.mappedUntil = mappedUntil;
        this.transactions = transactions;
        this.producers = producers;
        this.nowMillis = nowMillis;
    }

    /** What becomes of the next batch; only its header is needed. */
    public Fate decide(RecordBatch batch) {
        if (batch.isControl()) {
            return decideMarker(batch);
        }
        if (batch.isTransactional()) {
            withRecords.add(batch.producerId());
        }
        if (transactions.isAborted(batch)) {
            return Fate.CLEAR;
        }
        if (batch.baseOffset() >= mappedUntil) {
            return Fate.KEEP;
        }
        return batch.count() == 0 ? Fate.CLEAR : Fate.FILTER;
    }

    /** A marker goes only when an earlier cleaning has left nothing of its transaction, and its horizon has passed. */
    private Fate decideMarker(RecordBatch marker) {
        boolean ofNothing = !withRecords.remove(marker.producerId());
        if (!ofNothing || marker.baseOffset() >= mappedUntil) {
            return Fate.KEEP;
        }
        if (marker.count() > 0 && marker.deleteHorizon() == RecordBatch.NO_TIMESTAMP) {
            return Fate.KEEP_WITH_HORIZON;
        }
        return marker.count() == 0 || marker.deleteHorizon() <= nowMillis ? Fate.CLEAR : Fate.KEEP;
    }

    /** Whether a record of a batch to be filtered stays. */
    public boolean keeps(RecordBatch batch, RecordReader record) {
        ByteBuf key = record.key();
        if (key == null || record.offset() < offsets.get(key)) {
            return false;
        }
        boolean mayGo = batch.deleteHorizon() != RecordBatch.NO_TIMESTAMP && batch.deleteHorizon() <= nowMillis;
        return record.value() != null || !mayGo;
    }

    /** Whether a batch without records stays, because nothing else carries its producer's last sequence or epoch. */
    public boolean keepsEmpty(RecordBatch batch) {
        ProducerTail tail = batch.hasProducerId() ? producers.get(batch.producerId()) : null;
        if (tail == null) {
            return false;
        }
        return tail.lastDataOffset() >= 0
                ? batch.lastOffset() == tail.lastDataOffset()
                : batch.isControl() && batch.producerEpoch() == tail.epoch();
    }
}
