package io.rowlock.broker.partition;

import io.rowlock.log.SegmentDeletion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Has logs begin later, for those who delete records: first the data directory keeps the new start, then the partition's owner
 * takes it over, and last the files go. So no crash brings records back that somebody was told are gone. What is asked for
 * while the directory is being written goes into the next write. Thread-safe.
 */
public final class LogStarts {

    private final PartitionLogs logs;
    private final Executor diskPool;
    private final FileDeletions files;
    private List<Raise> waiting = new ArrayList<>();
    private boolean writing;

    private record Raise(Partition partition, long offset, boolean activeToo, CompletableFuture<Void> done) {}

    public LogStarts(PartitionLogs logs, Executor diskPool, FileDeletions files) {
        this.logs = logs;
        this.diskPool = diskPool;
        this.files = files;
    }

    /**
     * Has the partition's log begin at {@code offset} or later. Completes when it does, durably, or when the partition is not
     * served here any more, which its view tells; with an {@link IOException} if the directory cannot be written.
     *
     * @param offset not above the high watermark
     */
    public CompletionStage<Void> raise(Partition partition, long offset) {
        return raise(new Raise(partition, offset, false, new CompletableFuture<>()));
    }

    /** As {@link #raise(Partition, long)}; at the log's end, an active segment that nobody appended to since goes as well. */
    CompletionStage<Void> dropSegmentsBefore(Partition partition, long offset) {
        return raise(new Raise(partition, offset, true, new CompletableFuture<>()));
    }

    private CompletionStage<Void> raise(Raise raise) {
        synchronized (this) {
            waiting.add(raise);
            if (writing) {
                return raise.done();
            }
            writing = true;
        }
        diskPool.execute(this::write);
        return raise.done();
    }

    private void write() {
        List<Raise> now;
        synchronized (this) {
            now = waiting;
            waiting = new ArrayList<>();
            writing = !now.isEmpty();
        }
        if (now.isEmpty()) {
            return;
        }
        Map<PartitionKey, Long> offsets = new HashMap<>();
        now.forEach(raise -> offsets.merge(raise.partition().key(), raise.offset(), Math::max));
        try {
            logs.raiseLogStarts(offsets);
            now.forEach(this::apply);
        } catch (IOException | RuntimeException e) {
            now.forEach(raise -> raise.done().completeExceptionally(e));
        }
        diskPool.execute(this::write);
    }

    private void apply(Raise raise) {
        Partition partition = raise.partition();
        partition
                .owner()
                .execute(
                        partition,
                        () -> partition.whenWritten(() -> {
                            try {
                                begin(partition, raise);
                            } finally {
                                // Whatever that met: the partition is offline then, which its view tells.
                                partition.owner().execute(() -> raise.done().complete(null));
                            }
                        }));
    }

    private void begin(Partition partition, Raise raise) {
        SegmentDeletion segments = partition.beginAt(raise.offset(), raise.activeToo());
        if (segments != null) {
            long delay = partition.settings().log().retention().fileDeleteDelayMillis();
            files.later(partition.key(), segments, Duration.ofMillis(delay));
        }
    }
}
