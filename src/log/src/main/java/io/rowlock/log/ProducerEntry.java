package io.rowlock.log;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One idempotent producer: its epoch and its last five batches, as Kafka remembers them (KIP-98). */
final class ProducerEntry {

    static final int MAX_BATCHES = 5;
    static final int NO_SEQUENCE = -1;

    /** A batch that stands in the log or is staged. */
    record AppendedBatch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        long firstOffset() {
            return lastOffset - offsetDelta;
        }

        /** Sequences go from {@link Integer#MAX_VALUE} on to 0. */
        int firstSequence() {
            return lastSequence == NO_SEQUENCE ? NO_SEQUENCE : (lastSequence - offsetDelta) & Integer.MAX_VALUE;
        }
    }

    private final AppendedBatch[] batches;
    private int count;
    private short epoch;
    private int coordinatorEpoch = -1;
    private long lastTimestamp;
    private long txnFirstOffset = -1;

    ProducerEntry(short epoch) {
        this.epoch = epoch;
        this.batches = new AppendedBatch[MAX_BATCHES];
    }

    short epoch() {
        return epoch;
    }

    int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** When the producer was last heard of, by the wall clock in milliseconds. */
    long lastTimestamp() {
        return lastTimestamp;
    }

    /** Where the producer's open transaction begins, or -1. */
    long txnFirstOffset() {
        return txnFirstOffset;
    }

    int lastSequence() {
        AppendedBatch last = lastBatch();
        return last == null ? NO_SEQUENCE : last.lastSequence();
    }

    @Nullable
    AppendedBatch lastBatch() {
        return count == 0 ? null : batches[count - 1];
    }

    /** What is remembered besides the last batch, the oldest first. */
    List<AppendedBatch> earlierBatches() {
        return Arrays.asList(batches).subList(0, Math.max(0, count - 1));
    }

    /** Remembers batches from before the last one, the oldest first, as far as there is room. */
    void putBefore(List<AppendedBatch> earlier) {
        AppendedBatch last = lastBatch();
        if (count != 1 || last == null || earlier.size() >= MAX_BATCHES) {
            throw new IllegalArgumentException(count + " batches, and " + earlier.size() + " before them");
        }
        count = 0;
        for (AppendedBatch batch : earlier) {
            batches[count++] = batch;
        }
        batches[count++] = last;
    }

    /** The remembered batch of the same epoch with the same sequences, or null. */
    @Nullable
    AppendedBatch duplicateOf(short batchEpoch, int firstSequence, int lastSequence) {
        if (batchEpoch != epoch) {
            return null;
        }
        for (int i = 0; i < count; i++) {
            if (batches[i].lastSequence() == lastSequence && batches[i].firstSequence() == firstSequence) {
                return batches[i];
            }
        }
        return null;
    }

    /** A new epoch starts its sequences again. */
    void raiseEpoch(short newEpoch) {
        if (newEpoch != epoch) {
            epoch = newEpoch;
            count = 0;
        }
    }

    void add(AppendedBatch batch) {
        if (count == MAX_BATCHES) {
            System.arraycopy(batches, 1, batches, 0, MAX_BATCHES - 1);
            count--;
        }
        batches[count++] = batch;
        lastTimestamp = batch.timestamp();
    }

    void setCoordinatorEpoch(int newEpoch) {
        coordinatorEpoch = newEpoch;
    }

    void setLastTimestamp(long millis) {
        lastTimestamp = millis;
    }

    void setTxnFirstOffset(long offset) {
        txnFirstOffset = offset;
    }
}
