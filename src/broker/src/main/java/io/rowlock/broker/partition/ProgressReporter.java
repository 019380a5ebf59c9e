package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.OutageReport;
import io.rowlock.broker.cluster.PartitionProgress;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the store from time to time how far the partitions that this node leads have come, where that changed, so that
 * whoever looks there can see how far consumers lag behind. One round at a time. While the store is away, which others tell
 * of, each round tries anew.
 */
public final class ProgressReporter {

    static final Duration INTERVAL = Duration.ofSeconds(5);
    /** In one statement. */
    static final int PARTITIONS_MAX = 10_000;

    private static final System.Logger LOG = System.getLogger(ProgressReporter.class.getName());

    private final Partitions partitions;
    private final MetadataStore store;
    private final Scheduler scheduler;
    private final OutageReport defects;
    /** What the store is known to have. */
    private final Map<PartitionKey, PartitionProgress> kept = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    private record Change(PartitionKey key, PartitionProgress progress) {}

    public ProgressReporter(Partitions partitions, MetadataStore store, Clock clock, Scheduler scheduler) {
        this.partitions = partitions;
        this.store = store;
        this.scheduler = scheduler;
        this.defects = new OutageReport(clock, LOG, "Reporting how far partitions have come");
    }

    public void start() {
        scheduler.schedule(INTERVAL, this::round);
    }

    /** Starts no further round; what changed since the last one is still reported, but not waited for. */
    public void stop() {
        stopped = true;
        report(changes(), 0);
    }

    private void round() {
        if (!stopped) {
            report(changes(), 0);
        }
    }

    private List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        Set<PartitionKey> led = new HashSet<>();
        partitions.all().forEach(partition -> {
            PartitionProgress progress = progress(partition);
            if (progress != null) {
                led.add(partition.key());
                if (!progress.equals(kept.get(partition.key()))) {
                    changes.add(new Change(partition.key(), progress));
                }
            }
        });
        kept.keySet().retainAll(led);
        return changes;
    }

    /** Null where another node, or nobody, leads. */
    private static @Nullable PartitionProgress progress(Partition partition) {
        PartitionView view = partition.view();
        if (view.status() != PartitionView.Status.LEADING) {
            return null;
        }
        return new PartitionProgress(
                partition.key().topicId(),
                partition.key().index(),
                view.leaderEpoch(),
                view.leaderLog().startOffset(),
                view.highWatermark());
    }

    /** Reports the changes from {@code from} on, one statement after the other, and then waits for the next round. */
    private void report(List<Change> changes, int from) {
        if (from == changes.size()) {
            endRound();
            return;
        }
        List<Change> some = changes.subList(from, Math.min(changes.size(), from + PARTITIONS_MAX));
        store.reportProgress(some.stream().map(Change::progress).toList()).whenComplete((done, failure) -> {
            if (failure == null) {
                defects.succeeded();
                some.forEach(change -> kept.put(change.key(), change.progress()));
                report(changes, from + some.size());
            } else {
                tell(failure);
                endRound();
            }
        });
    }

    private void endRound() {
        if (!stopped) {
            start();
        }
    }

    private void tell(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (!(cause instanceof MetadataUnavailableException)) {
            defects.failed(failure);
        }
    }
}
