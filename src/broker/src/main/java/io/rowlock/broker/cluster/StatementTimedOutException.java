package io.rowlock.broker.cluster;

/** The metadata store gave up what took too long, or waited too long for somebody's lock: it certainly did nothing. */
public final class StatementTimedOutException extends MetadataUnavailableException {

    private static final long serialVersionUID = 1L;

    public StatementTimedOutException(String message, Throwable cause) {
        super(message, cause);
    }
}
