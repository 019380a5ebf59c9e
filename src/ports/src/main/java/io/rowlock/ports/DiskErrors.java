package io.rowlock.ports;

import java.io.IOException;
import java.util.List;

/** Tells a full file system from a broken one: Java gives both the same exception, with the system's own message. */
final class DiskErrors {

    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded");

    private DiskErrors() {}

    static IOException classify(IOException e) {
        String message = e.getMessage();
        if (message != null && FULL.stream().anyMatch(message::contains)) {
            return new DiskFullException(message, e);
        }
        return e;
    }
}
