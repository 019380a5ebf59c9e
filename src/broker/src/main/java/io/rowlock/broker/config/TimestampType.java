package io.rowlock.broker.config;

/** Kafka's {@code message.timestamp.type}. */
public enum TimestampType {
    CREATE_TIME("CreateTime"),
    LOG_APPEND_TIME("LogAppendTime");

    private final String configValue;

    TimestampType(String configValue) {
        this.configValue = configValue;
    }

    static TimestampType of(String configValue) {
        for (TimestampType type : values()) {
            if (type.configValue.equals(configValue)) {
                return type;
            }
        }
        throw new IllegalArgumentException(configValue);
    }
}
