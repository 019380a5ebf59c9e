package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import org.jspecify.annotations.Nullable;

/** Slices of input, one after the other, while the test does something else. */
final class StreamsFlow implements AutoCloseable {
    private final StreamsInput input;
    private final ServerProcess server;
    private final Thread thread = new Thread(this::flow, "input");
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    private StreamsFlow(StreamsInput input, ServerProcess server) {
        this.input = input;
        this.server = server;
    }

    static StreamsFlow of(StreamsInput input, ServerProcess server) {
        StreamsFlow flow = new StreamsFlow(input, server);
        flow.thread.start();
        return flow;
    }

    private void flow() {
        try {
            while (!ending) {
                input.send(server, 2, true);
                Thread.sleep(50);
            }
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** Returns when all that was sent is acknowledged; fails if something was not. */
    @Override
    public void close() throws InterruptedException {
        ending = true;
        thread.join();
        if (failure != null) {
            throw new AssertionError("input", failure);
        }
    }
}
