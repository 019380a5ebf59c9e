package io.rowlock.systemtest.process;

/** What clients can connect to: one broker, or several of a cluster. */
public interface Brokers {

    /** A {@code bootstrap.servers} value. */
    String bootstrap();
}
