package io.rowlock.net;

import io.netty.buffer.ByteBufAllocator;
import io.rowlock.protocol.MessageWriter;

/** A frame to be sent, encoded when it is its turn. */
public interface Response {

    /**
     * Encodes the frame, with four bytes left free at the front for its length. Called at most once, on the connection's
     * event loop. An exception closes the connection.
     */
    MessageWriter encode(ByteBufAllocator allocator);

    /**
     * Lets go of what the response holds, above all the records that the encoded frame refers to. Called exactly once:
     * when the last byte has left, or when it is known that it never will. Any thread.
     */
    void release();
}
