package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a partition's owner last published. Immutable, so any thread may read it.
 *
 * @param leader node id of the leader as this replica knows it, or -1
 * @param leaderEpoch of that leader
 * @param epochStartOffset where the leader's epoch begins in the log; meaningful while {@code status} is LEADING
 * @param snapshot what is on disk; null unless the log is open
 * @param highWatermark consumers see offsets below it
 * @param lastStableOffset consumers that read committed records see offsets below it; at most {@code highWatermark}
 */
public record PartitionView(
        Status status,
        int leader,
        int leaderEpoch,
        long epochStartOffset,
        @Nullable LogSnapshot snapshot,
        long highWatermark,
        long lastStableOffset) {

    /** Where a replica is in its life. */
    public enum Status {
        /** The log is being opened or recovered. */
        OPENING(ErrorCode.NOT_LEADER_OR_FOLLOWER),
        LEADING(ErrorCode.NONE),
        /** Open, but another node leads or nobody does. */
        FOLLOWING(ErrorCode.NOT_LEADER_OR_FOLLOWER),
        /** The disk failed or its content is broken; an operator has to look. */
        OFFLINE(ErrorCode.KAFKA_STORAGE_ERROR),
        /** The node is stopping, or other nodes have the partition now. */
        CLOSED(ErrorCode.NOT_LEADER_OR_FOLLOWER),
        DELETED(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

        private final ErrorCode error;

        Status(ErrorCode error) {
            this.error = error;
        }

        /** Whether this object will never serve again: whoever holds it looks the partition up anew. */
        public boolean isOver() {
            return this == CLOSED || this == DELETED;
        }

        /** Whether there is a log to be looked at, whoever leads. */
        public boolean isOpen() {
            return this == LEADING || this == FOLLOWING;
        }

        /** What a client is told that asks for the leader; NONE if this is it. */
        public ErrorCode error() {
            return error;
        }
    }

    static final PartitionView OPENING = new PartitionView(Status.OPENING, -1, -1, 0, null, 0, 0);

    /** The log of a replica that leads; fails if it does not. */
    public LogSnapshot leaderLog() {
        if (status != Status.LEADING || snapshot == null) {
            throw new IllegalStateException("not leading but " + status);
        }
        return snapshot;
    }

    /** Whether this is the leader that a client means which names {@code expected} as its epoch (-1 for any), by KIP-320. */
    public ErrorCode checkLeader(int expected) {
        if (status != Status.LEADING || expected == -1 || expected == leaderEpoch) {
            return status.error();
        }
        return expected < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /** Where what is written ends; -1 unless the log is open. */
    public long endOffset() {
        return snapshot == null ? -1 : snapshot.endOffset();
    }

    PartitionView withHighWatermark(long known) {
        return new PartitionView(status, leader, leaderEpoch, epochStartOffset, snapshot, known, known);
    }

    PartitionView with(LogSnapshot newSnapshot) {
        return new PartitionView(
                status, leader, leaderEpoch, epochStartOffset, newSnapshot, highWatermark, lastStableOffset);
    }

    PartitionView with(Status newStatus) {
        return new PartitionView(
                newStatus, leader, leaderEpoch, epochStartOffset, null, highWatermark, lastStableOffset);
    }
}
