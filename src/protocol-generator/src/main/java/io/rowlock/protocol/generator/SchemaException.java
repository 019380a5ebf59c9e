package io.rowlock.protocol.generator;

import java.io.Serial;

/** A schema that this generator does not understand; the build must fail rather than guess. */
final class SchemaException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    SchemaException(String message) {
        super(message);
    }
}
