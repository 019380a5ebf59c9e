package io.rowlock.broker.api.configs;

/** Kafka's codes of what has settings. */
final class ResourceTypes {

    static final byte TOPIC = 2;
    static final byte BROKER = 4;
    static final byte BROKER_LOGGER = 8;
    static final byte CLIENT_METRICS = 16;
    static final byte GROUP = 32;

    private ResourceTypes() {}
}
