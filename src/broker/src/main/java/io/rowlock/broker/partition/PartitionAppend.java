package io.rowlock.broker.partition;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.StageResult;
import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition's part of a produce request on its way through the owner. Holds a reference to the records until the log has
 * taken or refused them; completes exactly once, on the owner's thread.
 */
public final class PartitionAppend {

    /** Kafka's {@code acks}: wait for every in-sync replica. */
    public static final short ACKS_ALL = -1;

    private final Partition partition;
    private final ByteBuf records;
    private final short acks;
    private final long deadlineNanos;
    private final Consumer<AppendOutcome> completion;
    private long baseOffset = -1;
    private long lastOffset = -1;
    private long logAppendTime = -1;
    private boolean released;

    /**
     * Takes over the caller's reference to {@code records}, one validated batch.
     *
     * @param acks 0, 1 or {@link #ACKS_ALL}
     * @param deadlineNanos monotonic time after which waiting for other replicas ends with REQUEST_TIMED_OUT
     */
    public PartitionAppend(
            Partition partition, ByteBuf records, short acks, long deadlineNanos, Consumer<AppendOutcome> completion) {
        this.partition = partition;
        this.records = records;
        this.acks = acks;
        this.deadlineNanos = deadlineNanos;
        this.completion = completion;
    }

    public Partition partition() {
        return partition;
    }

    ByteBuf records() {
        return records;
    }

    boolean needsAllReplicas() {
        return acks == ACKS_ALL;
    }

    boolean needsNothing() {
        return acks == 0;
    }

    long lastOffset() {
        return lastOffset;
    }

    boolean isLate(long nowNanos) {
        return nowNanos - deadlineNanos >= 0;
    }

    /** Takes what the log decided; returns whether that waits for the log's next write. */
    boolean accept(StageResult result) {
        if (result instanceof StageResult.Rejected refusal) {
            refuse(refusal.error(), refusal.message());
            return false;
        }
        if (result instanceof StageResult.Staged given) {
            assign(given.baseOffset(), given.lastOffset(), given.logAppendTime());
        } else if (result instanceof StageResult.Duplicate original) {
            assign(original.baseOffset(), original.lastOffset(), original.logAppendTime());
        }
        releaseRecords();
        return true;
    }

    private void assign(long base, long last, long appendTime) {
        baseOffset = base;
        lastOffset = last;
        logAppendTime = appendTime;
    }

    private void releaseRecords() {
        if (!released) {
            released = true;
            records.release();
        }
    }

    void acknowledge(long logStartOffset) {
        completion.accept(new AppendOutcome(ErrorCode.NONE, null, baseOffset, logAppendTime, logStartOffset));
    }

    void refuse(ErrorCode error, @Nullable String message) {
        releaseRecords();
        completion.accept(AppendOutcome.refused(error, message));
    }
}
