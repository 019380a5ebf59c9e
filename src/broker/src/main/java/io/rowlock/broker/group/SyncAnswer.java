package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link SyncCommand}.
 *
 * @param protocolType null with an error
 * @param protocol the assignor that was used; null with an error
 * @param assignment opaque; empty with an error
 */
public record SyncAnswer(
        ErrorCode error,
        @Nullable String protocolType,
        @Nullable String protocol,
        Bytes assignment) {

    public static SyncAnswer refused(ErrorCode error) {
        return new SyncAnswer(error, null, null, Bytes.EMPTY);
    }
}
