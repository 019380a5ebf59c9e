package io.rowlock.node.boot;

import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.Scheduler;
import io.vertx.core.Vertx;

/** What serves clients, once the node is a member of its cluster. */
public interface Engine {

    /**
     * What the engine works with; all of it outlives the engine.
     *
     * @param directory locked; the engine marks the clean shutdown when it has closed all logs
     * @param membership kept by the node, which stops the engine when another process has its id
     * @param metadata shows the node's registration already
     */
    record Context(
            NodeSettings settings,
            LogEnvironment environment,
            Scheduler scheduler,
            Vertx vertx,
            LogDirectory directory,
            Membership membership,
            MetadataStore store,
            LeadershipStore leadershipStore,
            GroupStore groupStore,
            ClusterMetadata metadata) {}

    /**
     * Opens the logs and the listeners; blocks until clients are served. Throws {@link StartupException} for what the
     * operator can mend, and then has closed all that it opened.
     */
    void start(Context context) throws Exception;

    /** Closes the listeners and the logs; blocks until everything acknowledged is safe. */
    void stop() throws Exception;
}
