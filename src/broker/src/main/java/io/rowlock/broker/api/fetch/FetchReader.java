package io.rowlock.broker.api.fetch;

/** Who fetches, which decides how far it sees. */
enum FetchReader {
    /** A consumer that sees what is below the high watermark. */
    CONSUMER,
    /** A consumer that sees what is below the last stable offset. */
    COMMITTED_CONSUMER,
    /** A follower, which sees all that the leader has written, and acknowledges what lies before its offsets. */
    REPLICA
}
