package io.rowlock.broker.cluster;

/** How the deletion of one topic ended. */
public sealed interface DeleteTopicResult {

    /** Gone from {@code version} on. */
    record Deleted(long version) implements DeleteTopicResult {}

    /** There is no topic with this id: it may have been deleted by an earlier call whose answer was lost. */
    record Unknown() implements DeleteTopicResult {}
}
