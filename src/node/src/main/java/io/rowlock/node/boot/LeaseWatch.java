package io.rowlock.node.boot;

import io.quarkus.runtime.Quarkus;
import io.rowlock.broker.cluster.LeaseKeeper;
import io.rowlock.broker.cluster.LeaseRenewal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the log how the lease fares, and ends the node when it is deposed. */
final class LeaseWatch implements LeaseKeeper.Listener {

    private static final System.Logger LOG = System.getLogger(LeaseWatch.class.getName());

    private final int nodeId;

    LeaseWatch(int nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public void lapsed(@Nullable Throwable lastFailure) {
        LOG.log(
                System.Logger.Level.WARNING,
                "The lease of node " + nodeId + " ran out because PostgreSQL did not confirm it; the node goes on with"
                        + " what needs no change of metadata"
                        + (lastFailure == null ? "" : " (" + lastFailure.getMessage() + ")"));
    }

    @Override
    public void restored(Duration outage) {
        LOG.log(
                System.Logger.Level.INFO,
                "The lease of node " + nodeId + " is confirmed again, " + outage.toMillis() + " ms after it ran out");
    }

    @Override
    public void deposed(LeaseRenewal how) {
        LOG.log(
                System.Logger.Level.ERROR,
                how == LeaseRenewal.REPLACED
                        ? "Another process took over node id " + nodeId + ": this one stops. Give every node its own"
                                + " rowlock.node-id."
                        : "The other nodes took node " + nodeId
                                + " for dead, or PostgreSQL does not know it any more: it" + " stops. Start it again.");
        Quarkus.asyncExit(ExitCode.NODE_ID.code());
    }
}
