package io.rowlock.broker.partition;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Has the leaders on this node look for followers that were not in step for too long: one round over all partitions and one
 * task for each owner, twice in the time that a follower is given.
 */
public final class FollowerRounds {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    private final Partitions partitions;
    private final Supplier<Duration> lagMax;
    private final Scheduler scheduler;
    private volatile boolean stopped;

    /** @param lagMax {@code replica.lag.time.max.ms}: who was not in step for longer leaves the in-sync replicas */
    public FollowerRounds(Partitions partitions, Supplier<Duration> lagMax, Scheduler scheduler) {
        this.partitions = partitions;
        this.lagMax = lagMax;
        this.scheduler = scheduler;
    }

    public void start() {
        Duration half = lagMax.get().dividedBy(2);
        scheduler.schedule(half.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : half, this::round);
    }

    /** Starts no further round. */
    public void stop() {
        stopped = true;
    }

    private void round() {
        if (stopped) {
            return;
        }
        Duration lag = lagMax.get();
        Map<PartitionOwner, List<Partition>> byOwner = new LinkedHashMap<>();
        partitions
                .all()
                .filter(partition -> partition.view().status() == PartitionView.Status.LEADING)
                .forEach(partition -> byOwner.computeIfAbsent(partition.owner(), owner -> new ArrayList<>())
                        .add(partition));
        byOwner.forEach((owner, led) -> owner.checkFollowers(led, lag));
        start();
    }
}
