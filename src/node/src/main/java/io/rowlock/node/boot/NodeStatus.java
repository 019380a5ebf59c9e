package io.rowlock.node.boot;

import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.LeaseState;
import io.rowlock.broker.cluster.Membership;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** What the health checks tell of the node. Written by the start and the stop, read by any thread. */
@Singleton
public class NodeStatus {

    private volatile @Nullable Membership membership;
    private volatile boolean started;
    private volatile boolean ready;

    void joined(Membership member) {
        membership = member;
    }

    void ready(boolean serving) {
        started |= serving;
        ready = serving;
    }

    /** Whether the start is over, also after the stop has begun. */
    public boolean hasStarted() {
        return started;
    }

    /** Whether clients are to be sent here: the start is over, the stop has not begun, and nobody deposed the node. */
    public boolean isReady() {
        return ready && deposed() == null;
    }

    /** Whether another process has the node id, so that this one is of no use any more. */
    public boolean isReplaced() {
        return deposed() == LeaseRenewal.REPLACED;
    }

    /** How the registration ended, until there is a new one; null while it holds. */
    private @Nullable LeaseRenewal deposed() {
        Membership current = membership;
        return current != null && current.lease() instanceof LeaseState.Deposed deposed ? deposed.how() : null;
    }

    /** How the lease stands, in a word. */
    public String lease() {
        Membership current = membership;
        if (current == null) {
            return "none";
        }
        LeaseRenewal over = deposed();
        if (over != null) {
            return over == LeaseRenewal.REPLACED ? "replaced" : "fenced";
        }
        return current.isHeld() ? "held" : "lapsed";
    }
}
