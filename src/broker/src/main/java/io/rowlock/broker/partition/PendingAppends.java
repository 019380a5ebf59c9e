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

    /** Acknowledges what this replica, or all that must, have confirmed. */
    void confirm(long confirmedHere, long highWatermark, long logStartOffset) {
        waitForThisReplica.confirm(confirmedHere, logStartOffset);
        waitForAllReplicas.confirm(highWatermark, logStartOffset);
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
