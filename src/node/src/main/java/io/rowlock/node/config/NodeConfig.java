package io.rowlock.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Who the node is. Values are texts here: {@link NodeSettings} reads them and says what to write where it cannot. */
@ConfigMapping(prefix = "rowlock")
public interface NodeConfig {

    /** The node's id in the cluster: 0 or more, and no other node's. */
    @WithDefault("1")
    String nodeId();

    /** The directory that holds everything the node keeps. */
    @WithDefault("data")
    String dataDir();

    /** The failure domain, if any. */
    Optional<String> rack();
}
