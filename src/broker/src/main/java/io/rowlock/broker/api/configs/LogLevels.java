package io.rowlock.broker.api.configs;

import java.util.Map;

/** The levels of this process's loggers, which Kafka's BROKER_LOGGER resources show and change (KIP-412). Thread-safe. */
public interface LogLevels {

    /** How Kafka calls the logger that all others inherit from. */
    String ROOT = "root";

    /** Kafka's levels. */
    enum Level {
        FATAL,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** Every logger there is at this moment, with the level in force. */
    Map<String, Level> inForce();

    /** Gives a logger a level of its own, until the process ends. */
    void set(String logger, Level level);

    /** Takes a logger's own level away, so that it has its parent's. */
    void unset(String logger);
}
