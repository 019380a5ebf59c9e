package io.rowlock.broker.api.configs;

import org.jspecify.annotations.Nullable;

/**
 * What a request wants of one setting.
 *
 * @param operation Kafka's code (KIP-339); any number may come
 */
record ConfigOp(byte operation, String name, @Nullable String value) {

    static final byte SET = 0;
    static final byte DELETE = 1;
    static final byte APPEND = 2;
    static final byte SUBTRACT = 3;

    static ConfigOp set(String name, @Nullable String value) {
        return new ConfigOp(SET, name, value);
    }

    boolean isKnown() {
        return operation >= SET && operation <= SUBTRACT;
    }

    /** As Kafka's messages have it. */
    String operationName() {
        return switch (operation) {
            case SET -> "SET";
            case DELETE -> "DELETE";
            case APPEND -> "APPEND";
            case SUBTRACT -> "SUBTRACT";
            default -> Byte.toString(operation);
        };
    }
}
