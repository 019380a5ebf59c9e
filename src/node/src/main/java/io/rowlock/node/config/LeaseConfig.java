package io.rowlock.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How long the node is believed to be alive after it last said so. */
@ConfigMapping(prefix = "rowlock.lease")
public interface LeaseConfig {

    @WithDefault("6s")
    String ttl();
}
