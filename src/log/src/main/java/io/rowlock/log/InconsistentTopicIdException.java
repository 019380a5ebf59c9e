package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.UUID;

/** A partition's directory belongs to an earlier topic of the same name. */
public final class InconsistentTopicIdException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    InconsistentTopicIdException(Path directory, UUID found, UUID wanted) {
        super(directory + " belongs to topic id " + found + ", not " + wanted);
    }
}
