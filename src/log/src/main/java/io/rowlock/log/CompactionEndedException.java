package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;

/** A segment left the log while it was being compacted: what was done so far counts for nothing, and is nobody's fault. */
public final class CompactionEndedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    CompactionEndedException(String message) {
        super(message);
    }
}
