package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;

/**
 * What one request is answered, once it may be told. Exactly one of the methods is called, once, by the owner of the group;
 * neither blocks.
 */
public interface Answer {

    /**
     * Tells what was decided. A member's timeouts begin here, because what was held back while the store was away cannot have
     * been obeyed: that can only defer what {@link ClassicGroup#nextDueNanos} said.
     */
    void send(long nowNanos);

    /** Whether it tells nothing that has to be kept first, because the request was turned down. */
    default boolean decidesNothing() {
        return false;
    }

    /** Tells {@code error} instead: what was decided will never be kept. */
    void refuse(ErrorCode error);
}
