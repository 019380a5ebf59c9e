package io.rowlock.log.check;

/**
 * What one segment holds.
 *
 * @param baseOffset that its name says
 * @param bytes of its data file
 * @param firstOffset of its first whole batch, or -1 if there is none
 * @param endOffset the offset after the last whole batch; the base offset if there is none
 * @param batches that are whole, with a right checksum
 * @param records in them, as their headers say
 * @param maxTimestamp the largest of them in milliseconds, or -1
 * @param latestEpoch the leader epoch of the last batch, or -1
 * @param indexEntries that agree with the batches
 * @param timeIndexEntries likewise
 */
public record SegmentReport(
        long baseOffset,
        long bytes,
        long firstOffset,
        long endOffset,
        long batches,
        long records,
        long maxTimestamp,
        int latestEpoch,
        int indexEntries,
        int timeIndexEntries) {}
