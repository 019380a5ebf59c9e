package io.rowlock.log.check;

import io.rowlock.log.LogFormats;
import io.rowlock.log.TopicPartition;
import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One partition's directory: its segments side by side, and what stands beside them. */
final class PartitionCheck {

    private static final String DROPPED = "the next start drops it and reads the batches instead";

    private final Disk disk;
    private final TopicPartition partition;
    private final Path directory;
    private final boolean clean;
    private final long recoveryPoint;
    private final long checkpointedStart;
    private final List<Finding> findings = new ArrayList<>();
    private int snapshots;
    private int producers;

    /**
     * @param clean whether everything in the directory was synced and closed in order
     * @param recoveryPoint below which everything was synced in any case
     */
    PartitionCheck(
            Disk disk,
            TopicPartition partition,
            Path directory,
            boolean clean,
            long recoveryPoint,
            long checkpointedStart) {
        this.disk = disk;
        this.partition = partition;
        this.directory = directory;
        this.clean = clean;
        this.recoveryPoint = recoveryPoint;
        this.checkpointedStart = checkpointedStart;
    }

    /** Walks each segment on {@code workers}; completes with the report. */
    CompletableFuture<PartitionReport> run(Executor workers) {
        List<String> names;
        try {
            names = disk.list(directory);
        } catch (IOException e) {
            findings.add(unreadable(directory, e));
            names = List.of();
        }
        TreeSet<Long> bases = new TreeSet<>();
        for (String name : names) {
            long base = LogFormats.offsetOf(name, LogFormats.LOG);
            if (base >= 0) {
                bases.add(base);
            }
        }
        UUID topicId = topicId();
        LogFormats.Epochs epochs = epochs(!bases.isEmpty());
        names.stream().sorted().forEach(name -> lookAt(name, bases));
        List<CompletableFuture<SegmentCheck.Result>> walks = new ArrayList<>();
        for (long base : bases) {
            Long next = bases.higher(base);
            SegmentCheck check = new SegmentCheck(
                    disk, directory, base, next == null ? Long.MAX_VALUE : next, syncedOffset(), epochs);
            walks.add(CompletableFuture.supplyAsync(check::run, workers));
        }
        return CompletableFuture.allOf(walks.toArray(CompletableFuture[]::new))
                .thenApply(done -> report(
                        topicId,
                        epochs,
                        walks.stream().map(CompletableFuture::join).toList()));
    }

    private long syncedOffset() {
        return clean ? Long.MAX_VALUE : recoveryPoint;
    }

    private PartitionReport report(
            @Nullable UUID topicId, LogFormats.@Nullable Epochs epochs, List<SegmentCheck.Result> results) {
        List<SegmentReport> segments =
                results.stream().map(SegmentCheck.Result::report).toList();
        results.forEach(result -> findings.addAll(result.findings()));
        long first = segments.isEmpty() ? checkpointedStart : segments.get(0).baseOffset();
        long end =
                segments.isEmpty() ? first : segments.get(segments.size() - 1).endOffset();
        compareEnd(segments, end);
        return new PartitionReport(
                partition,
                directory,
                topicId,
                Math.max(first, checkpointedStart),
                end,
                recoveryPoint,
                epochs == null ? -1 : epochs.latest(),
                epochs == null ? 0 : epochs.count(),
                snapshots,
                producers,
                segments,
                findings);
    }

    private void compareEnd(List<SegmentReport> segments, long end) {
        SegmentReport last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        Path file = last == null ? directory : LogFormats.file(directory, last.baseOffset(), LogFormats.LOG);
        long position = last == null ? -1 : last.bytes();
        if (end < recoveryPoint) {
            findings.add(Finding.damage(
                    file,
                    position,
                    end,
                    "the log ends at offset " + end + ", but everything below " + recoveryPoint + " was synced",
                    "restore the missing end from a replica or a backup"));
        } else if (clean && recoveryPoint > 0 && end > recoveryPoint) {
            findings.add(Finding.damage(
                    file,
                    position,
                    recoveryPoint,
                    "the log ends at offset " + end + ", but it was closed at " + recoveryPoint,
                    "look at the last batches with Kafka's DumpLogSegments, and restore the file from a replica or a"
                            + " backup"));
        }
    }

    private @Nullable UUID topicId() {
        Path file = directory.resolve(LogFormats.METADATA);
        try {
            UUID id = LogFormats.topicId(disk, directory);
            if (id == null) {
                findings.add(Finding.note(file, -1, -1, "it names no topic id; a log that was synced has one"));
            }
            return id;
        } catch (IOException e) {
            findings.add(Finding.damage(
                    file,
                    0,
                    -1,
                    String.valueOf(e.getMessage()),
                    "write 'version: 0' and 'topic_id: <the id in rowlock.v_topics>', each on a line of its own"));
            return null;
        }
    }

    private LogFormats.@Nullable Epochs epochs(boolean anySegment) {
        Path file = directory.resolve(LogFormats.EPOCHS);
        try {
            LogFormats.Epochs epochs = LogFormats.epochs(disk.readAll(file));
            if (epochs == null) {
                findings.add(Finding.damage(
                        file,
                        0,
                        -1,
                        "it is no list of leader epochs",
                        "delete this file while the node is stopped: the next start makes it anew"));
            }
            return epochs;
        } catch (NoSuchFileException e) {
            if (anySegment) {
                findings.add(Finding.note(file, -1, -1, "it is missing; the next start makes it anew"));
            }
        } catch (IOException e) {
            findings.add(unreadable(file, e));
        }
        return null;
    }

    private void lookAt(String name, Set<Long> bases) {
        Path file = directory.resolve(name);
        long snapshot = LogFormats.offsetOf(name, LogFormats.SNAPSHOT);
        if (snapshot >= 0) {
            lookAtSnapshot(file, snapshot);
        } else if (ofMissingSegment(name, LogFormats.INDEX, bases)
                || ofMissingSegment(name, LogFormats.TIME_INDEX, bases)) {
            findings.add(Finding.note(file, -1, -1, "its segment is gone; the next start removes it"));
        } else if (name.endsWith(".deleted") || name.endsWith(".tmp")) {
            findings.add(Finding.note(file, -1, -1, "a leftover, which the next start removes"));
        } else if (name.endsWith(".cleaned") || name.endsWith(".swap")) {
            findings.add(Finding.note(file, -1, -1, "a compaction was under way; the next start ends it or undoes it"));
        } else if (!isKnown(name)) {
            findings.add(Finding.note(file, -1, -1, "no file of a node's; it is left alone"));
        }
    }

    private static boolean ofMissingSegment(String name, String suffix, Set<Long> bases) {
        long base = LogFormats.offsetOf(name, suffix);
        return base >= 0 && !bases.contains(base);
    }

    private static boolean isKnown(String name) {
        return name.equals(LogFormats.EPOCHS)
                || name.equals(LogFormats.METADATA)
                || LogFormats.offsetOf(name, LogFormats.LOG) >= 0
                || LogFormats.offsetOf(name, LogFormats.INDEX) >= 0
                || LogFormats.offsetOf(name, LogFormats.TIME_INDEX) >= 0;
    }

    private void lookAtSnapshot(Path file, long offset) {
        try {
            int found = LogFormats.producersIn(disk.readAll(file));
            if (found >= 0) {
                snapshots++;
                // In order of their names, so that the newest comes last.
                producers = found;
            } else if (offset < syncedOffset()) {
                findings.add(Finding.damage(
                        file, 0, offset, "it is no whole snapshot of producers", "delete this file; " + DROPPED));
            } else {
                findings.add(Finding.note(file, 0, offset, "it is no whole snapshot of producers; " + DROPPED));
            }
        } catch (IOException e) {
            findings.add(unreadable(file, e));
        }
    }

    static Finding unreadable(Path file, IOException e) {
        return Finding.damage(file, -1, -1, "it cannot be read: " + e, "check the disk, and who may read the file");
    }
}
