package io.rowlock.log;

import java.io.IOException;

/**
 * What a data directory knows about a log before it is opened.
 *
 * @param cleanShutdown whether the last process closed the log properly: then nothing is scanned
 * @param recoveryPoint everything below this offset was synced, indexes included
 * @param logStartOffset where the log began at the last checkpoint; 0 if there is none
 * @param recoveryPoints where a truncation says so before it takes effect
 */
public record LogOpening(
        boolean cleanShutdown, long recoveryPoint, long logStartOffset, RecoveryPoints recoveryPoints) {

    /** The durable record of a log's recovery point. */
    @FunctionalInterface
    public interface RecoveryPoints {
        /**
         * Returns once after a crash no recovery point above {@code recoveryPoint} can be read, and no log start above
         * {@code logStart}.
         */
        void lowerTo(long recoveryPoint, long logStart) throws IOException;
    }

    /** For a log that nothing is known of: a new one, or one whose checkpoint is lost. */
    public static LogOpening unknown() {
        return new LogOpening(false, 0, 0, (recoveryPoint, logStart) -> {});
    }
}
