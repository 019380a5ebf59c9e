package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What this node has of a partition that a client named.
 *
 * @param partition this node's replica, whatever its status, or null
 * @param error why there is none; NONE otherwise
 */
public record Located(@Nullable Partition partition, ErrorCode error) {

    static Located missing(ErrorCode error) {
        return new Located(null, error);
    }

    /** The view of the replica if it is the leader that the client means (KIP-320), otherwise what to tell the client. */
    public ErrorCode checkLeader(int expectedEpoch) {
        return partition == null ? error : partition.view().checkLeader(expectedEpoch);
    }
}
