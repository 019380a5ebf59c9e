package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.OutageReport;
import io.rowlock.broker.cluster.RetentionReport;
import io.rowlock.log.RetentionConfig;
import io.rowlock.ports.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the store what the partitions that this node leads hold and keep, where that changed and there is anything. One report
 * at a time. What a store that is away misses, the next report tells.
 */
public final class RetentionReporter {

    /** In one statement. */
    static final int PARTITIONS_MAX = 10_000;

    private static final System.Logger LOG = System.getLogger(RetentionReporter.class.getName());

    private final Partitions partitions;
    private final MetadataStore store;
    private final OutageReport defects;
    /** What the store is known to have. */
    private final Map<PartitionKey, RetentionReport> kept = new ConcurrentHashMap<>();

    private record Change(PartitionKey key, RetentionReport report) {}

    public RetentionReporter(Partitions partitions, MetadataStore store, Clock clock) {
        this.partitions = partitions;
        this.store = store;
        this.defects = new OutageReport(clock, LOG, "Reporting what partitions keep");
    }

    /** Reports what changed; completes when that is over, however it ended. May wait for the disk. */
    CompletionStage<Void> report() {
        List<Change> changes = new ArrayList<>();
        Set<PartitionKey> led = new HashSet<>();
        partitions.all().forEach(partition -> {
            RetentionReport report = report(partition);
            if (report != null) {
                led.add(partition.key());
                RetentionReport before = kept.get(partition.key());
                if (!report.equals(before) && (before != null || report.bytes() > 0)) {
                    changes.add(new Change(partition.key(), report));
                }
            }
        });
        kept.keySet().retainAll(led);
        return report(changes, 0);
    }

    /** Null where another node, or nobody, leads, and where the disk does not tell. */
    private static @Nullable RetentionReport report(Partition partition) {
        PartitionView view = partition.view();
        if (view.status() != PartitionView.Status.LEADING) {
            return null;
        }
        LogSnapshot log = view.leaderLog();
        RetentionConfig retention = partition.settings().log().retention();
        try {
            return new RetentionReport(
                    partition.key().topicId(),
                    partition.key().index(),
                    view.leaderEpoch(),
                    log.startOffset(),
                    log.segmentCount(),
                    log.sizeInBytes(),
                    log.firstSegmentOffset(),
                    log.firstSegmentBytes(),
                    log.firstSegmentTimestamp(),
                    retention.byAgeAndSize(),
                    retention.millis(),
                    retention.bytes());
        } catch (IOException e) {
            // The segment left meanwhile, or cannot be read, which the look for what to delete has told.
            LOG.log(System.Logger.Level.DEBUG, "No report of " + partition, e);
            return null;
        }
    }

    private CompletionStage<Void> report(List<Change> changes, int from) {
        if (from == changes.size()) {
            return CompletableFuture.completedFuture(null);
        }
        List<Change> some = changes.subList(from, Math.min(changes.size(), from + PARTITIONS_MAX));
        return store.reportRetention(some.stream().map(Change::report).toList())
                .handle((done, failure) -> {
                    if (failure != null) {
                        tell(failure);
                        return false;
                    }
                    defects.succeeded();
                    some.forEach(change -> kept.put(change.key(), change.report()));
                    return true;
                })
                .thenCompose(goOn -> report(changes, goOn ? from + some.size() : changes.size()));
    }

    private void tell(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (!(cause instanceof MetadataUnavailableException)) {
            defects.failed(failure);
        }
    }
}
