package io.rowlock.broker.cluster;

/** The metadata store could not be asked, or its answer was lost: retriable, and the outcome is unknown. */
public class MetadataUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MetadataUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
