package io.rowlock.node.boot;

import io.rowlock.broker.cluster.LeaseKeeper;
import io.rowlock.broker.cluster.LeaseState;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** What the health checks tell of the node. Written by the start and the stop, read by any thread. */
@Singleton
public class NodeStatus {

    private volatile @Nullable LeaseKeeper lease;
    private volatile boolean started;
    private volatile boolean ready;

    void joined(LeaseKeeper keeper) {
        lease = keeper;
    }

    void ready(boolean serving) {
        started |= serving;
        ready = serving;
    }

    /** Whether the start is over, also after the stop has begun. */
    public boolean hasStarted() {
        return started;
    }

    /** Whether the start is over and the stop has not begun. */
    public boolean isReady() {
        return ready;
    }

    /** Whether its registration is over. */
    public boolean isDeposed() {
        LeaseKeeper current = lease;
        return current != null && current.state() instanceof LeaseState.Deposed;
    }

    /** How the lease stands, in a word. */
    public String lease() {
        LeaseKeeper current = lease;
        if (current == null) {
            return "none";
        }
        if (isDeposed()) {
            return "deposed";
        }
        return current.isHeld() ? "held" : "lapsed";
    }
}
