package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The appends of one partition from being staged to being acknowledged or refused. Confined to the partition's owner. */
final class PendingAppends {

    private final List<PartitionAppend> staged = new ArrayList<>();
    private final AckQueue waitForThisReplica = new AckQueue();
    private final AckQueue waitForAllReplicas = new AckQueue();

    void staged(PartitionAppend append) {
        staged.add(append);
    }

    boolean anyStaged() {
        return !staged.isEmpty();
    }

    /** What was staged is written: it waits for its confirmation, or for none. */
    void written(long logStartOffset) {
        for (PartitionAppend append : staged) {
            if (append.needsNothing()) {
                append.acknowledge(logStartOffset);
            } else {
                (append.needsAllReplicas() ? waitForAllReplicas : waitForThisReplica).add(append);
            }
        }
        staged.clear();
    }

    /**
     * Acknowledges what this replica, or all that must, have confirmed.
     *
     * @param enoughReplicas whether as many are in sync as acks=all asks for; if not, who had to know is told, as Kafka does
     */
    void confirm(long confirmedHere, long highWatermark, long logStartOffset, boolean enoughReplicas) {
        waitForThisReplica.confirm(confirmedHere, logStartOffset, ErrorCode.NONE);
        waitForAllReplicas.confirm(
                highWatermark,
                logStartOffset,
                enoughReplicas ? ErrorCode.NONE : ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }

    /** Refuses what is written and waits for this replica alone. */
    void refuseThoseForThisReplica(ErrorCode error, String message) {
        waitForThisReplica.refuseAll(error, message);
    }

    /** Refuses what is written and waits for all replicas. */
    void refuseThoseForAllReplicas(ErrorCode error, String message) {
        waitForAllReplicas.refuseAll(error, message);
    }

    /** How many are written and wait for their confirmation. */
    int waiting() {
        return waitForThisReplica.size() + waitForAllReplicas.size();
    }

    /** Whether any wait that {@link #expire} may end. */
    boolean anyMayExpire() {
        return !waitForAllReplicas.isEmpty();
    }

    /** Ends the waiting of those whose time is up. */
    void expire(long nowNanos) {
        waitForAllReplicas.expire(nowNanos);
    }

    /** Refuses what is not written; the rest waits on. */
    void refuseStaged(ErrorCode error, @Nullable String message) {
        List<PartitionAppend> unwritten = List.copyOf(staged);
        staged.clear();
        unwritten.forEach(append -> append.refuse(error, message));
    }

    /** Refuses all, written or not. */
    void refuseAll(ErrorCode error, @Nullable String message) {
        refuseStaged(error, message);
        waitForThisReplica.refuseAll(error, message);
        waitForAllReplicas.refuseAll(error, message);
    }
}
