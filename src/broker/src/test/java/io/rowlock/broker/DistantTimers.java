package io.rowlock.broker;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A scheduler whose tasks of the far future come when a test wants them. Thread-safe. */
final class DistantTimers implements Scheduler {
    private static final Duration DISTANT = Duration.ofMinutes(5);

    private record Distant(Timer timer, Runnable task) {}

    private final Scheduler real;
    private final List<Distant> distant = new ArrayList<>();

    DistantTimers(Scheduler real) {
        this.real = real;
    }

    @Override
    public synchronized Timer schedule(Duration delay, Runnable task) {
        Timer timer = real.schedule(delay, task);
        if (delay.compareTo(DISTANT) >= 0) {
            distant.add(new Distant(timer, task));
        }
        return timer;
    }

    /** Has run, when it returns, every task that was to run in some minutes. */
    void bringForward() {
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (Distant each : taken()) {
            if (each.timer().cancel()) {
                runs.add(run(each.task()));
            }
        }
        runs.forEach(CompletableFuture::join);
    }

    private synchronized List<Distant> taken() {
        List<Distant> all = List.copyOf(distant);
        distant.clear();
        return all;
    }

    private CompletableFuture<Void> run(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        real.schedule(Duration.ZERO, () -> {
            try {
                task.run();
            } finally {
                done.complete(null);
            }
        });
        return done;
    }
}
