package io.rowlock.broker.partition;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When each follower last fetched from this node, whatever it asked for. A fetch session names only the partitions in which
 * something changed; for all others this says that the follower is there and has nothing new to tell: where it has
 * acknowledged the end of a log, it was in step at this time. So what did not change costs nothing. Thread-safe.
 */
public final class FollowerLiveness {

    private record Fetched(long brokerEpoch, long atNanos) {}

    private final Map<Integer, Fetched> last = new ConcurrentHashMap<>();

    /**
     * A request of the follower arrived.
     *
     * @param brokerEpoch under which it fetches
     * @param nowNanos monotonic
     */
    public void fetched(int nodeId, long brokerEpoch, long nowNanos) {
        // Of two registrations the newer counts, however late the last request of the older arrives.
        last.merge(
                nodeId,
                new Fetched(brokerEpoch, nowNanos),
                (before, now) -> before.brokerEpoch() > now.brokerEpoch() ? before : now);
    }

    /** Monotonic time in nanoseconds of the last request under that broker epoch; empty if there was none, or a newer one since. */
    public OptionalLong lastFetch(int nodeId, long brokerEpoch) {
        Fetched fetched = last.get(nodeId);
        return fetched == null || fetched.brokerEpoch() != brokerEpoch
                ? OptionalLong.empty()
                : OptionalLong.of(fetched.atNanos());
    }
}
