package io.rowlock.net;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs what strangers can provoke: so many lines per span of time, and with the first line of the next span how many
 * were left out. Thread-safe.
 */
public final class BoundedLog {
    private final System.Logger logger;
    private final Clock clock;
    private final int linesMax;
    private final long spanNanos;
    private long spanStart;
    private int lines;
    private long leftOut;

    /** At most {@code linesMax} lines in each {@code span}. */
    public BoundedLog(System.Logger logger, Clock clock, int linesMax, Duration span) {
        this.logger = logger;
        this.clock = clock;
        this.linesMax = linesMax;
        this.spanNanos = span.toNanos();
        this.spanStart = clock.monotonicNanos();
    }

    public void log(System.Logger.Level level, Supplier<String> message) {
        log(level, message, null);
    }

    public void log(System.Logger.Level level, Supplier<String> message, @Nullable Throwable cause) {
        if (!logger.isLoggable(level)) {
            return;
        }
        long before = enter();
        if (before < 0) {
            return;
        }
        String text = before == 0 ? message.get() : message.get() + " (" + before + " such lines were left out before)";
        if (cause == null) {
            logger.log(level, text);
        } else {
            logger.log(level, text, cause);
        }
    }

    /** How many lines were left out until now, or -1 if this one is to be left out too. */
    private synchronized long enter() {
        long now = clock.monotonicNanos();
        if (now - spanStart >= spanNanos) {
            spanStart = now;
            lines = 0;
        }
        if (lines >= linesMax) {
            leftOut++;
            return -1;
        }
        lines++;
        long before = leftOut;
        leftOut = 0;
        return before;
    }
}
