package io.rowlock.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How records are kept. */
@ConfigMapping(prefix = "rowlock.log")
public interface LogConfig {

    /** What an acknowledgement promises: {@code fsync}, {@code replicated} or {@code async}. */
    @WithDefault("fsync")
    String durability();

    /** How many files of segments may be open at once; without it, what the limit of the process leaves room for. */
    Optional<String> openFiles();

    /** What records leave free of the data directory's disk, in bytes or with K, M, G or T. */
    @WithDefault("1G")
    String diskReserve();
}
