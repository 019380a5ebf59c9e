package io.rowlock.protocol.record;

/** What a record's timestamp says (KIP-32): {@code message.timestamp.type}. */
public enum TimestampType {
    /** When the producer made the record. */
    CREATE_TIME,
    /** When the leader appended the batch. */
    LOG_APPEND_TIME
}
