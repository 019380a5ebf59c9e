package io.rowlock.log;

import java.io.IOException;
import java.nio.file.Path;

/** A segment left the log after a reader had found it: a newer view tells what is there now. */
final class SegmentGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    SegmentGoneException(Path file) {
        super(file + " was deleted");
    }
}
