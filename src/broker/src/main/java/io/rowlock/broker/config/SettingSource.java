package io.rowlock.broker.config;

/** Where a value in force comes from, with Kafka's code for it in DescribeConfigs. */
public enum SettingSource {
    /** Set on the topic. */
    DYNAMIC_TOPIC_CONFIG(1),
    /** Set at run time for one node. */
    DYNAMIC_BROKER_CONFIG(2),
    /** Set at run time for all nodes. */
    DYNAMIC_DEFAULT_BROKER_CONFIG(3),
    /** Set where the node was started. */
    STATIC_BROKER_CONFIG(4),
    DEFAULT_CONFIG(5),
    /** The level of a logger. */
    DYNAMIC_BROKER_LOGGER_CONFIG(6);

    private final byte code;

    SettingSource(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }
}
