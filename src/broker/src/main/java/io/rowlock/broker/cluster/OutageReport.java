package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/**
 * Tells the log of something that fails again and again: its beginning, a reminder now and then, and its end. Used by one
 * thread at a time.
 */
public final class OutageReport {

    private static final Duration REMINDER = Duration.ofSeconds(60);

    private final Clock clock;
    private final System.Logger log;
    private final String subject;
    private boolean out;
    private long sinceNanos;
    private long toldNanos;
    private long failures;

    /** @param subject begins the sentences, such as "The metadata store" */
    public OutageReport(Clock clock, System.Logger log, String subject) {
        this.clock = clock;
        this.log = log;
        this.subject = subject;
    }

    public void failed(Throwable failure) {
        long now = clock.monotonicNanos();
        failures++;
        if (!out) {
            out = true;
            sinceNanos = now;
            toldNanos = now;
            log.log(System.Logger.Level.WARNING, subject + " fails: " + reason(failure));
        } else if (now - toldNanos >= REMINDER.toNanos()) {
            toldNanos = now;
            log.log(
                    System.Logger.Level.WARNING,
                    subject + " has failed " + failures + " times in "
                            + Duration.ofNanos(now - sinceNanos).toSeconds() + " s: " + reason(failure));
        }
    }

    public void succeeded() {
        if (out) {
            out = false;
            log.log(
                    System.Logger.Level.INFO,
                    subject + " answers again after "
                            + Duration.ofNanos(clock.monotonicNanos() - sinceNanos)
                                    .toMillis() + " ms and " + failures
                            + " failures");
            failures = 0;
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
