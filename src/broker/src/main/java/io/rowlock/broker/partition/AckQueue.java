package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Written appends that wait until everything up to their last offset is confirmed. Confined to the partition's owner. */
final class AckQueue {

    private final Deque<PartitionAppend> waiting = new ArrayDeque<>();

    /** A duplicate may stand behind later offsets than its own: it then waits a little longer than it must. */
    void add(PartitionAppend append) {
        waiting.add(append);
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Acknowledges what lies below {@code confirmedEnd}, or tells it of {@code error}. */
    void confirm(long confirmedEnd, long logStartOffset, ErrorCode error) {
        for (PartitionAppend head = waiting.peek();
                head != null && head.lastOffset() < confirmedEnd;
                head = waiting.peek()) {
            waiting.remove();
            if (error == ErrorCode.NONE) {
                head.acknowledge(logStartOffset);
            } else {
                head.refuse(error, "written, but too few replicas are in sync");
            }
        }
    }

    void expire(long nowNanos) {
        for (Iterator<PartitionAppend> each = waiting.iterator(); each.hasNext(); ) {
            PartitionAppend append = each.next();
            if (append.isLate(nowNanos)) {
                each.remove();
                append.refuse(ErrorCode.REQUEST_TIMED_OUT, "written, but not confirmed in the time the request allows");
            }
        }
    }

    void refuseAll(ErrorCode error, @Nullable String message) {
        for (PartitionAppend head = waiting.poll(); head != null; head = waiting.poll()) {
            head.refuse(error, message);
        }
    }
}
