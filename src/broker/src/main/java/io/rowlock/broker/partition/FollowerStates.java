package io.rowlock.broker.partition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How far a partition's followers have come, as their fetches under one leader epoch say: what they did under an earlier one
 * says nothing of their logs. Confined to the partition's owner.
 */
final class FollowerStates {

    private static final class Follower {
        private long brokerEpoch = -1;
        private long acked = -1;
        private long caughtUpNanos;
        private long fetchedNanos;
        private long endWhenFetched = Long.MAX_VALUE;
        private boolean resting;
        private long restsUntilNanos;
    }

    private final FollowerLiveness liveness;
    private final long begunNanos;
    private final Map<Integer, Follower> followers = new HashMap<>();

    /** @param begunNanos when the leadership began: nobody has fallen behind it before */
    FollowerStates(FollowerLiveness liveness, long begunNanos) {
        this.liveness = liveness;
        this.begunNanos = begunNanos;
    }

    private Follower of(int nodeId) {
        return followers.computeIfAbsent(nodeId, id -> {
            Follower fresh = new Follower();
            fresh.caughtUpNanos = begunNanos;
            fresh.fetchedNanos = begunNanos;
            return fresh;
        });
    }

    /**
     * A follower asks for what begins at {@code offset}, and so has confirmed everything before.
     *
     * @param end of the leader's log
     * @return false if a process sent it that another has replaced since
     */
    boolean fetched(int nodeId, long brokerEpoch, long offset, long end, long nowNanos) {
        Follower follower = of(nodeId);
        if (brokerEpoch < follower.brokerEpoch) {
            return false;
        }
        if (brokerEpoch > follower.brokerEpoch) {
            follower.resting = false;
        }
        if (offset >= end) {
            follower.caughtUpNanos = nowNanos;
        } else if (offset >= follower.endWhenFetched) {
            follower.caughtUpNanos = later(follower.caughtUpNanos, follower.fetchedNanos);
        }
        follower.brokerEpoch = brokerEpoch;
        // Not the largest: who lost the end of its log says so.
        follower.acked = offset;
        follower.fetchedNanos = nowNanos;
        follower.endWhenFetched = end;
        return true;
    }

    /** Everything below is confirmed by the follower; -1 if it has not fetched yet. */
    long acked(int nodeId) {
        Follower follower = followers.get(nodeId);
        return follower == null ? -1 : follower.acked;
    }

    /** The registration under which it fetched last, or -1. */
    long brokerEpoch(int nodeId) {
        Follower follower = followers.get(nodeId);
        return follower == null ? -1 : follower.brokerEpoch;
    }

    /** The leader's log no longer ends at {@code end}: who had all of it was in step as long as it went on fetching. */
    void leaderMoved(long end) {
        followers.forEach((nodeId, follower) -> {
            if (follower.acked == end) {
                follower.caughtUpNanos = lastInStep(nodeId, follower, end);
            }
        });
    }

    private long lastInStep(int nodeId, Follower follower, long end) {
        OptionalLong fetch =
                follower.acked >= end ? liveness.lastFetch(nodeId, follower.brokerEpoch) : OptionalLong.empty();
        return fetch.isPresent() ? later(follower.caughtUpNanos, fetch.getAsLong()) : follower.caughtUpNanos;
    }

    private static long later(long one, long other) {
        return other - one > 0 ? other : one;
    }

    /** Those of {@code nodes} that were not in step for longer than {@code lagNanosMax}. */
    List<Integer> lagging(List<Integer> nodes, int leader, long end, long nowNanos, long lagNanosMax) {
        List<Integer> lagging = new ArrayList<>();
        for (int node : nodes) {
            if (node != leader && nowNanos - lastInStep(node, of(node), end) > lagNanosMax) {
                lagging.add(node);
            }
        }
        return lagging;
    }

    /** Those of {@code nodes} that have confirmed everything below {@code offset}, and do not rest. */
    List<Integer> thatHave(long offset, List<Integer> nodes, int leader, long nowNanos) {
        List<Integer> found = new ArrayList<>();
        for (int node : nodes) {
            Follower follower = followers.get(node);
            if (node != leader
                    && follower != null
                    && follower.acked >= offset
                    && !(follower.resting && nowNanos - follower.restsUntilNanos < 0)) {
                found.add(node);
            }
        }
        return found;
    }

    /** The store would not have the node in sync: it is not proposed again before that time. */
    void rest(int nodeId, long untilNanos) {
        Follower follower = of(nodeId);
        follower.resting = true;
        follower.restsUntilNanos = untilNanos;
    }
}
