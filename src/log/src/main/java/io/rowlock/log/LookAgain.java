package io.rowlock.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks something up in a log; where segments left it meanwhile, again in what the log is now. Thread-safe. */
final class LookAgain {

    private final Supplier<LogView> newest;

    LookAgain(Supplier<LogView> newest) {
        this.newest = newest;
    }

    /** What is done in a view; null where nothing is found. */
    @FunctionalInterface
    interface Lookup<T> {
        @Nullable
        T in(LogView view) throws IOException;
    }

    <T> @Nullable T find(LogView first, Lookup<T> lookup) throws IOException {
        LogView view = first;
        while (true) {
            try {
                return lookup.in(view);
            } catch (SegmentGoneException | NoSuchFileException e) {
                LogView newer = newest.get();
                if (newer.closed() == view.closed()) {
                    throw e;
                }
                view = newer;
            }
        }
    }
}
