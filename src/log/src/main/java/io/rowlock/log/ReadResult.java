package io.rowlock.log;

/** What a read found. */
public sealed interface ReadResult {

    /**
     * Whole batches, the first of which holds the offset asked for; none if nothing is readable there yet.
     *
     * @param records must be released by whoever gets it
     * @param hot whether the bytes were written recently by this process, so that sending them does not wait for a disk
     */
    record FetchSlice(FileRecords records, boolean hot) implements ReadResult {}

    /** The offset lies before the log's start or after its end. */
    record OffsetOutOfRange(long logStartOffset, long logEndOffset) implements ReadResult {}
}
