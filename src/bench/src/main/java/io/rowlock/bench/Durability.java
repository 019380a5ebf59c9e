package io.rowlock.bench;

/** When an acknowledgement may be given, in the terms of either contender. */
enum Durability {
    /** The record is in the page cache. Apache Kafka's default. */
    UNSYNCED,
    /** The record is on the disk. Rowlock's default. */
    SYNCED
}
