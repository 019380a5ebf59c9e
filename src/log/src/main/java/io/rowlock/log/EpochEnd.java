package io.rowlock.log;

/**
 * Where a leader epoch ends in this log (KIP-101, KIP-320).
 *
 * @param epoch the largest epoch that is not above the one asked for, or -1 if the log cannot say
 * @param endOffset the offset after that epoch's last, or -1
 */
public record EpochEnd(int epoch, long endOffset) {

    /** The log knows nothing of the epoch. */
    public static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);
}
