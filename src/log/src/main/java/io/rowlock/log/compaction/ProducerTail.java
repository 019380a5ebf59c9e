package io.rowlock.log.compaction;

/**
 * What must stay in the log of an active producer.
 *
 * @param lastDataOffset where its last batch of records ends, which carries its last sequence; -1 if there is none
 * @param epoch its epoch
 */
public record ProducerTail(long lastDataOffset, short epoch) {}
