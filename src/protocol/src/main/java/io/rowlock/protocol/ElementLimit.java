package io.rowlock.protocol;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many elements of arrays and unknown fields a message may have in all, at any depth. Each becomes an object of its own, so
 * that their number, more than the bytes, is what a message costs. Holds for the thread that reads, while it reads; without
 * a limit there is none. In a thread's own variable because every array that is read counts, however deep.
 */
public final class ElementLimit {
    private static final FastThreadLocal<@Nullable ElementLimit> CURRENT = new FastThreadLocal<>();

    private final int max;
    private long left;

    private ElementLimit(int max) {
        this.max = max;
        this.left = max;
    }

    /**
     * What {@code reading} gives, if that takes at most {@code max} elements.
     *
     * @throws MalformedMessageException if it takes more; nothing is allocated for an array that does not fit
     */
    public static <T> T within(int max, Supplier<T> reading) {
        CURRENT.set(new ElementLimit(max));
        try {
            return reading.get();
        } finally {
            CURRENT.remove();
        }
    }

    /** {@code count} more are about to be read. */
    static void take(int count) {
        ElementLimit limit = CURRENT.get();
        if (limit != null) {
            limit.left -= count;
            if (limit.left < 0) {
                throw new MalformedMessageException(
                        "there are more than " + limit.max + " elements in its arrays, which is the limit");
            }
        }
    }
}
