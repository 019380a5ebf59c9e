package io.rowlock.broker.cluster;

/** How the change of one resource's settings ended. */
public sealed interface AlterConfigsResult {

    /** They are as the change wanted them, and seen so from {@code version} on. */
    record Altered(long version) implements AlterConfigsResult {}

    /** There is no such topic. */
    record UnknownTopic() implements AlterConfigsResult {}

    /** The change itself decided against it. */
    record Refused(ConfigChange.Decision.Refuse refusal) implements AlterConfigsResult {}
}
