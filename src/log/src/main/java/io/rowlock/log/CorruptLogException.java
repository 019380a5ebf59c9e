package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * The log holds something that no crash explains: bytes that are no batch and do not look as if they had not arrived, or that
 * lie below the point up to which everything was synced. Nothing was changed on disk.
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

    /** What an operator can do: one sentence or two. */
    public String advice() {
        return "Restore the partition's directory from a replica or a backup. Or give up everything in it from there on: stop the"
                + " node, cut that file (truncate -s " + position + "), set the last number of the partition's line in"
                + " recovery-point-offset-checkpoint in the data directory to 0, and start; later segments of the partition are"
                + " then deleted.";
    }

    /** Where the first bytes stand that make no sense. */
    public long position() {
        return position;
    }
}
