package io.rowlock.broker.group;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An offset to be kept for a group.
 *
 * @param offset of the next record to consume; any number, as clients commit -2 and -1 to mean the beginning and the end
 * @param leaderEpoch of the last record consumed, or -1 if the client does not know it (KIP-320)
 * @param metadata as the client gave it; empty if it gave none
 * @param retention for how long the client wants it kept (OffsetCommit versions 2 to 4), or null for the node's own rule
 */
public record OffsetCommit(
        OffsetKey key,
        long offset,
        int leaderEpoch,
        String metadata,
        @Nullable Duration retention) {}
