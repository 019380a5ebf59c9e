package io.rowlock.broker.api.replicas;

import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * The messages in one answer, which may repeat a long name from the request for each of many partitions: once they have
 * {@value #BYTES_MAX} bytes together, further errors come without one, and so does one whose message no string of the protocol
 * can hold. For one request; not thread-safe.
 */
final class Reasons {

    static final int BYTES_MAX = 4 << 20;

    private int bytes;

    /** The message, or null where there is none or no room for it. */
    @Nullable
    String of(@Nullable String message) {
        int length = message == null ? 0 : ByteBufUtil.utf8Bytes(message);
        if (length > Short.MAX_VALUE || length > BYTES_MAX - bytes) {
            return null;
        }
        bytes += length;
        return message;
    }
}
