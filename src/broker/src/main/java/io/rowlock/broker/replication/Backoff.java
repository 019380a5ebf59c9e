package io.rowlock.broker.replication;

import io.rowlock.ports.RandomSource;
import java.time.Duration;

/** Growing pauses between tries, with chance in them, so that those who lost the same node do not come back all at once. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(20);
    /** Beyond that even the first pause is the longest. */
    private static final int DOUBLINGS_MAX = 20;

    private final Duration max;
    private final RandomSource random;

    /** @param max the longest pause; a shorter one than the first is as long as that */
    Backoff(Duration max, RandomSource random) {
        this.max = max.compareTo(FIRST) < 0 ? FIRST : max;
        this.random = random;
    }

    /** The pause after so many failures in a row, 1 or more: half of it is certain. */
    Duration after(int failures) {
        long whole = Math.min(max.toNanos(), FIRST.toNanos() << Math.min(failures - 1, DOUBLINGS_MAX));
        int half = (int) Math.min(Integer.MAX_VALUE - 1, whole / 2);
        return Duration.ofNanos(whole - half + random.nextInt(half + 1));
    }
}
