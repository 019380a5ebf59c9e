package io.rowlock.log;

/** A record found by its timestamp (in milliseconds), and the leader epoch it was appended under, or -1. */
public record TimestampOffset(long timestamp, long offset, int leaderEpoch) {}
