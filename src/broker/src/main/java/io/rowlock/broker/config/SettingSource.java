package io.rowlock.broker.config;

/** Where a value in force comes from, with Kafka's code for it in DescribeConfigs. */
public enum SettingSource {
    /** Set on the topic. */
    DYNAMIC_TOPIC_CONFIG(1),
    /** Set where the node was started. */
    STATIC_BROKER_CONFIG(4),
    DEFAULT_CONFIG(5);

    private final byte code;

    SettingSource(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }
}
