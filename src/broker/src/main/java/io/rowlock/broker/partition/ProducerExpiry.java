package io.rowlock.broker.partition;

import io.rowlock.ports.Scheduler;
import java.time.Duration;

/** Has every partition forget, from time to time, the idempotent producers that it has not heard of for too long. */
public final class ProducerExpiry {

    private static final Duration INTERVAL = Duration.ofMinutes(10);

    private final Partitions partitions;
    private final Scheduler scheduler;
    private volatile boolean stopped;

    public ProducerExpiry(Partitions partitions, Scheduler scheduler) {
        this.partitions = partitions;
        this.scheduler = scheduler;
    }

    public void start() {
        scheduler.schedule(INTERVAL, this::round);
    }

    /** Starts no further round. */
    public void stop() {
        stopped = true;
    }

    private void round() {
        if (!stopped) {
            partitions.all().forEach(partition -> partition.owner().execute(partition, partition::expireProducers));
            start();
        }
    }
}
