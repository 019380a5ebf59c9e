package io.rowlock.broker.config;

/** How soon a reader of the settings should look at one. */
public enum Importance {
    HIGH,
    MEDIUM,
    LOW
}
