package io.rowlock.node.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/** Where the node listens. */
@ConfigMapping(prefix = "rowlock.listeners")
public interface ListenersConfig {

    /** By name. {@code client} and {@code peer} are there by default. */
    @WithParentName
    Map<String, Listener> byName();

    /** One listener. */
    interface Listener {

        /** Address to bind; 127.0.0.1 where nothing is said. */
        @WithDefault("127.0.0.1")
        String host();

        Optional<String> port();

        /** What others are told to connect to; the host, or this machine's name where that is every address. */
        Optional<String> advertisedHost();

        Optional<String> advertisedPort();

        @WithDefault("PLAINTEXT")
        String protocol();
    }
}
