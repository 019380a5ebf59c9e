package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * The log holds something that no crash explains: bytes that are no batch where valid batches follow, or below the point
 * up to which everything was synced. Nothing was changed on disk.
 */
public final class CorruptLogException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long position;

    CorruptLogException(Path file, long position, String problem) {
        super(file + " is corrupt at position " + position + ": " + problem);
        this.file = file;
        this.position = position;
    }

    public Path file() {
        return file;
    }

    /** Where the first bytes stand that make no sense. */
    public long position() {
        return position;
    }
}
