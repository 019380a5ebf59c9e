package io.rowlock.ports;

import java.io.IOException;
import java.util.List;

/** Tells what an operator can mend from a broken disk: Java gives both the same exception, with the system's own message. */
final class DiskErrors {

    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded");

    private static final List<String> TOO_MANY_OPEN = List.of("Too many open files");

    private DiskErrors() {}

    /** Names need room too: creating, renaming and syncing a directory fail in the same way as writing does. */
    static IOException classify(IOException e) {
        String message = e.getMessage();
        if (message != null && FULL.stream().anyMatch(message::contains)) {
            return new DiskFullException(message, e);
        }
        if (message != null && TOO_MANY_OPEN.stream().anyMatch(message::contains)) {
            return new TooManyOpenFilesException(message, e);
        }
        return e;
    }
}
