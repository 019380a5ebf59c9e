package io.rowlock.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A way to make appends to many files durable. One thread appends; completions come from any. */
interface SyncStrategy extends AutoCloseable {

    /** Appends {@code record} to a file; {@code done} runs when it is durable. {@code record} is free again on return. */
    void append(int file, ByteBuffer record, Runnable done) throws IOException;

    /** Returns when everything is in its files. */
    @Override
    void close() throws IOException;

    /** What an append met that failed, after the fact. */
    static void fatal(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(1);
    }
}
