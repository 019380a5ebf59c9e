package io.rowlock.node.boot;

import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Follows the cluster's metadata, and waits until it shows this node's registration. */
final class MetadataStep implements Step {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ClusterMetadata metadata;
    private final LongSupplier version;

    /** @param version the version to wait for, asked when the step begins */
    MetadataStep(ClusterMetadata metadata, LongSupplier version) {
        this.metadata = metadata;
        this.version = version;
    }

    @Override
    public String name() {
        return "metadata";
    }

    @Override
    public void start() throws InterruptedException {
        metadata.start();
        try {
            MembershipStep.await(metadata.awaitVersion(version.getAsLong()), LIMIT);
        } catch (MetadataUnavailableException e) {
            metadata.close();
            throw new StartupException(
                    ExitCode.DATABASE,
                    "PostgreSQL did not show the cluster's metadata: " + e.getMessage()
                            + " See to PostgreSQL, and start the node again.",
                    e);
        }
    }

    @Override
    public void stop() {
        metadata.close();
    }
}
