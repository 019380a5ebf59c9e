package io.rowlock.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Runs syncs elsewhere, but for as long as a test holds them. Thread-safe. */
final class HeldSyncs implements Executor {
    private final Executor elsewhere;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean held;

    HeldSyncs(Executor elsewhere) {
        this.elsewhere = elsewhere;
    }

    @Override
    public synchronized void execute(Runnable sync) {
        if (held) {
            waiting.add(sync);
        } else {
            elsewhere.execute(sync);
        }
    }

    synchronized void hold() {
        held = true;
    }

    synchronized void letGo() {
        held = false;
        waiting.forEach(elsewhere::execute);
        waiting.clear();
    }
}
