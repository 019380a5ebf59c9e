package io.rowlock.broker.fuzz;

/**
 * What came of one request.
 *
 * @param kind whether it was answered and how
 * @param signal what distinguishes it from others: API, version, and the error codes or the reason; a request whose signal
 *     was not seen before is worth keeping
 */
record Outcome(Kind kind, String signal) {

    enum Kind {
        /** A well-formed answer to it. */
        ANSWERED,
        /** None, as the request asked. */
        UNANSWERED,
        /** The connection was closed, and the log says why. */
        CLOSED,
        /** Answered later, as a long poll is. */
        WAITING
    }

    /** A rule of {@link ListenerFuzzTest} was broken. */
    static final class Defect extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Defect(String message) {
            super(message);
        }

        Defect(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
