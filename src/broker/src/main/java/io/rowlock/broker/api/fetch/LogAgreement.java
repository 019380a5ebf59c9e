package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.log.EpochEnd;

/** How the log of one that fetches compares with the leader's, by its offset and the epoch of its last record (KIP-595). */
sealed interface LogAgreement {

    /** Before that offset they hold the same, as far as both have it. */
    record Agrees() implements LogAgreement {}

    /** They part at {@code end} at the latest. */
    record Diverges(EpochEnd end) implements LogAgreement {}

    /** The leader's log has no such offset, or does not remember the epoch. */
    record OutOfRange() implements LogAgreement {}

    /** @param lastFetchedEpoch -1 if whoever fetches has no record, or does not say */
    static LogAgreement of(LogSnapshot leader, long fetchOffset, int lastFetchedEpoch) {
        if (fetchOffset < leader.startOffset()) {
            return new OutOfRange();
        }
        if (lastFetchedEpoch >= 0) {
            EpochEnd end = leader.epochEnd(lastFetchedEpoch);
            if (end.epoch() < 0) {
                return new OutOfRange();
            }
            if (end.epoch() < lastFetchedEpoch || end.endOffset() < fetchOffset) {
                return new Diverges(end);
            }
        }
        return fetchOffset > leader.endOffset() ? new OutOfRange() : new Agrees();
    }
}
