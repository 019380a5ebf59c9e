package io.rowlock.log.compaction;

/**
 * What decisions need to know of a closed segment.
 *
 * @param endOffset where the next segment begins
 * @param firstTimestamp of its first batch in milliseconds, or -1 where that is unknown or not needed
 * @param maxTimestamp the largest of its batches in milliseconds, or -1 likewise
 */
public record ClosedSegment(long baseOffset, long endOffset, int bytes, long firstTimestamp, long maxTimestamp) {}
