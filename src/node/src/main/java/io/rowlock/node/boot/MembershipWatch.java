package io.rowlock.node.boot;

import io.quarkus.runtime.Quarkus;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.RegistrationResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the log how the membership fares, and ends the node when another process has its id. */
final class MembershipWatch implements Membership.Listener {

    private static final System.Logger LOG = System.getLogger(MembershipWatch.class.getName());

    private final int nodeId;

    MembershipWatch(int nodeId) {
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
    public void fenced(long brokerEpoch) {
        LOG.log(
                System.Logger.Level.WARNING,
                "The other nodes took node " + nodeId + " for dead (broker epoch " + brokerEpoch
                        + "), or PostgreSQL does not know it any more: it registers anew");
    }

    @Override
    public void rejoined(RegistrationResult.Registered registered, Duration absence) {
        LOG.log(
                System.Logger.Level.INFO,
                "Node " + nodeId + " is a member again (broker epoch " + registered.brokerEpoch() + "), "
                        + absence.toMillis() + " ms after it heard that it was not");
    }

    @Override
    public void replaced() {
        LOG.log(
                System.Logger.Level.ERROR,
                "Another process took over node id " + nodeId + ": this one stops. Give every node its own"
                        + " rowlock.node-id.");
        Quarkus.asyncExit(ExitCode.NODE_ID.code());
    }
}
