package io.rowlock.broker.cluster;

/** How adding partitions to one topic ended. */
public sealed interface AddPartitionsResult {

    /** Added by this call; visible from {@code version}. */
    record Added(long version) implements AddPartitionsResult {}

    /** Nothing was added, because the topic has {@code count} partitions, as {@code version} shows. */
    record CountDiffers(int count, long version) implements AddPartitionsResult {}

    /** There is no topic with this id (any more). */
    record Unknown() implements AddPartitionsResult {}
}
