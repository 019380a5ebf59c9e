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

    /** What to tell a client that means the leader of this epoch (-1 for any; KIP-320); NONE if this replica is it. */
    public ErrorCode checkLeader(int expectedEpoch) {
        return partition == null ? error : partition.view().checkLeader(expectedEpoch);
    }
}
