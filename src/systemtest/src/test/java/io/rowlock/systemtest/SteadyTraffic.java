package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An honest client that produces and consumes all the time on the same connections, and how long that takes it. */
final class SteadyTraffic implements AutoCloseable {
    private final Bystander bystander;
    private final Thread thread = new Thread(this::run, "steady-traffic");
    private final List<Long> micros = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    SteadyTraffic(ServerProcess server) {
        bystander = new Bystander(server);
        bystander.connect();
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                long start = System.nanoTime();
                bystander.assertServedOnTheSameConnections();
                micros.add((System.nanoTime() - start) / 1_000);
                Thread.sleep(2);
            }
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** Fails if the client noticed anything but the time it took; says what that was since the last call. */
    String requireServed() {
        Throwable failed = failure;
        if (failed != null) {
            throw new AssertionError("another client was not served", failed);
        }
        List<Long> taken;
        synchronized (micros) {
            taken = new ArrayList<>(micros);
            micros.clear();
        }
        if (taken.isEmpty()) {
            return "no round trip";
        }
        Collections.sort(taken);
        return taken.size() + " round trips of another client: median " + taken.get(taken.size() / 2) + " us, p99 "
                + taken.get(taken.size() * 99 / 100) + " us, longest " + taken.get(taken.size() - 1) + " us";
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
        bystander.close();
        requireServed();
    }
}
