package io.rowlock.broker.partition;

/**
 * Where a follower goes on fetching.
 *
 * @param leaderEpoch of the leader that it follows
 * @param offset the next it wants; everything below it is confirmed by this replica as its {@link FlushPolicy} asks, since
 *     asking for it acknowledges that
 * @param lastFetchedEpoch leader epoch of the last record before {@code offset}, or -1 in an empty log; by it the leader
 *     notices where the logs part (KIP-595)
 * @param logStartOffset where this replica's log begins
 */
public record FetchPosition(int leaderEpoch, long offset, int lastFetchedEpoch, long logStartOffset) {}
