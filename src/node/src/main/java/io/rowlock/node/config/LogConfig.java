package io.rowlock.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How records are kept. */
@ConfigMapping(prefix = "rowlock.log")
public interface LogConfig {

    /** What an acknowledgement promises: {@code fsync}, {@code replicated} or {@code async}. */
    @WithDefault("fsync")
    String durability();
}
