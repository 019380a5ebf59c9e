package io.rowlock.net;

import java.time.Duration;

/**
 * The bounds of one connection.
 *
 * @param frameBytesMax the longest frame that is accepted, without its length field: Kafka's {@code
 *     socket.request.max.bytes}
 * @param receiveBytes how large a buffer is that the socket is read into; a frame that fits is not copied
 * @param inFlightRequestsMax requests handed over and not yet answered; at this many, reading pauses
 * @param inFlightBytesMax bytes of receive buffers that unanswered requests hold besides the one being filled; from this
 *     many on, reading pauses
 * @param pendingWriteBytesMax bytes of answers (regions of files included) that the client has not taken yet; above this
 *     many, reading pauses
 * @param idleMax a connection without requests that neither receives nor sends for so long is closed: Kafka's {@code
 *     connections.max.idle.ms}; zero for never
 * @param lastResortMax how long a frame may take that is received although the node's budget is spent
 */
public record ConnectionLimits(
        int frameBytesMax,
        int receiveBytes,
        int inFlightRequestsMax,
        int inFlightBytesMax,
        int pendingWriteBytesMax,
        Duration idleMax,
        Duration lastResortMax) {

    /** The largest frame that fits into one buffer together with its length field and room to round up. */
    public static final int FRAME_BYTES_LIMIT = Integer.MAX_VALUE - 1024;

    public ConnectionLimits {
        requireRange("frameBytesMax", frameBytesMax, 1, FRAME_BYTES_LIMIT);
        requireRange("receiveBytes", receiveBytes, 64, FRAME_BYTES_LIMIT);
        requireRange("inFlightRequestsMax", inFlightRequestsMax, 1, Integer.MAX_VALUE);
        requireRange("inFlightBytesMax", inFlightBytesMax, 1, Integer.MAX_VALUE);
        requireRange("pendingWriteBytesMax", pendingWriteBytesMax, 1, Integer.MAX_VALUE);
        if (idleMax.isNegative() || lastResortMax.isNegative() || lastResortMax.isZero()) {
            throw new IllegalArgumentException("idleMax " + idleMax + " or lastResortMax " + lastResortMax);
        }
    }

    /** Kafka's defaults where Kafka has them. */
    public static ConnectionLimits defaults() {
        return new ConnectionLimits(
                100 * 1024 * 1024,
                128 * 1024,
                64,
                4 * 1024 * 1024,
                1024 * 1024,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30));
    }

    public ConnectionLimits withFrameBytesMax(int bytes) {
        return new ConnectionLimits(
                bytes,
                receiveBytes,
                inFlightRequestsMax,
                inFlightBytesMax,
                pendingWriteBytesMax,
                idleMax,
                lastResortMax);
    }

    public ConnectionLimits withReceiveBytes(int bytes) {
        return new ConnectionLimits(
                frameBytesMax,
                bytes,
                inFlightRequestsMax,
                inFlightBytesMax,
                pendingWriteBytesMax,
                idleMax,
                lastResortMax);
    }

    public ConnectionLimits withInFlight(int requests, int bytes) {
        return new ConnectionLimits(
                frameBytesMax, receiveBytes, requests, bytes, pendingWriteBytesMax, idleMax, lastResortMax);
    }

    public ConnectionLimits withPendingWriteBytesMax(int bytes) {
        return new ConnectionLimits(
                frameBytesMax, receiveBytes, inFlightRequestsMax, inFlightBytesMax, bytes, idleMax, lastResortMax);
    }

    public ConnectionLimits withIdleMax(Duration idle) {
        return new ConnectionLimits(
                frameBytesMax,
                receiveBytes,
                inFlightRequestsMax,
                inFlightBytesMax,
                pendingWriteBytesMax,
                idle,
                lastResortMax);
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", not within " + min + " and " + max);
        }
    }
}
