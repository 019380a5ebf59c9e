package io.rowlock.node.health;

import io.rowlock.node.boot.NodeStatus;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The node's three checks. A lease that lapsed because PostgreSQL is away is told but fails none of them: the node goes on
 * serving, and restarting it would help nobody. A node that the others deposed is alive, because it comes back by itself, and
 * not ready until it has: it leads nothing meanwhile.
 */
@Singleton
public class NodeHealth {

    private static final String NAME = "rowlock";

    private final NodeStatus status;

    NodeHealth(NodeStatus status) {
        this.status = status;
    }

    @Produces
    @Startup
    HealthCheck started() {
        return () -> HealthCheckResponse.named(NAME).status(status.hasStarted()).build();
    }

    @Produces
    @Liveness
    HealthCheck alive() {
        return () ->
                HealthCheckResponse.named(NAME).status(!status.isReplaced()).build();
    }

    @Produces
    @Readiness
    HealthCheck ready() {
        return () -> HealthCheckResponse.named(NAME)
                .status(status.isReady())
                .withData("lease", status.lease())
                .build();
    }
}
