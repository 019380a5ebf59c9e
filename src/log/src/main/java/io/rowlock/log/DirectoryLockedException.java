package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Another process uses the data directory. */
public final class DirectoryLockedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    DirectoryLockedException(Path directory) {
        super("data directory " + directory + " is locked: another process uses it");
    }
}
