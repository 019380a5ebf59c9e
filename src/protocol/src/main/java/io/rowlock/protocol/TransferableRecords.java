package io.rowlock.protocol;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Records that lie in a file and go from there to a socket without passing through this process's memory. The bytes stay
 * readable, whatever becomes of the file, until {@link #release()}.
 */
public interface TransferableRecords extends Records {

    /**
     * Copies bytes from {@code from} (counted from the first byte of these records) up to their end into {@code target};
     * returns how many it took, which is 0 only if a non-blocking target is full.
     *
     * @throws java.io.EOFException if the file ends before these records do
     * @throws IOException if reading or writing fails
     */
    long transferTo(long from, WritableByteChannel target) throws IOException;

    /**
     * Lets go of the file. Called exactly once, by whoever holds the records last: the sender of a response that was
     * handed over for sending, the maker of one that was not. Thread-safe.
     */
    void release();
}
