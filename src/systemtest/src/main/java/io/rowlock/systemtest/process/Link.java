package io.rowlock.systemtest.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The way from one process to another. Thread-safe. */
public final class Link {
    private boolean cut;
    private volatile Duration delay = Duration.ZERO;

    /** Nothing passes any more, and nobody is told: what is sent waits, as in a network that swallows packets. */
    public synchronized void cut() {
        cut = true;
    }

    /** Each way takes so much longer. */
    public void delay(Duration longer) {
        delay = longer;
    }

    /** All passes again, without delay. */
    public synchronized void heal() {
        cut = false;
        delay = Duration.ZERO;
        notifyAll();
    }

    /** Returns when a chunk may go on. */
    void pass() {
        awaitWhole();
        LockSupport.parkNanos(delay.toNanos());
        awaitWhole();
    }

    /** Returns when the link is not cut. */
    synchronized void awaitWhole() {
        while (cut) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted on a link", e);
            }
        }
    }
}
