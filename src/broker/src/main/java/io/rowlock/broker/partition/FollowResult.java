package io.rowlock.broker.partition;

/** What became of something that a leader sent. */
public sealed interface FollowResult {

    /** Go on from here. */
    record At(FetchPosition position) implements FollowResult {}

    /**
     * Do not go on: the replica follows another epoch by now, leads, or is offline or deleted. Nothing was changed.
     */
    record Over() implements FollowResult {}
}
