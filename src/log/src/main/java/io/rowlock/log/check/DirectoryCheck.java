package io.rowlock.log.check;

import io.rowlock.log.LogFormats;
import io.rowlock.log.TopicPartition;
import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Looks at a data directory: takes no lock, opens files for reading only, and believes nothing that it can compare. */
public final class DirectoryCheck {

    private static final String META = "meta.properties";
    private static final String ID_KEY = "directory.id=";
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    private static final String LOG_STARTS = "log-start-offset-checkpoint";

    private final Disk disk;
    private final Path root;
    private final List<Finding> findings = new ArrayList<>();

    public DirectoryCheck(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /**
     * Looks at the partitions that {@code wanted} accepts, and waits until all are done.
     *
     * @param workers walk as many segments at once as there are of them, with a buffer of 1 MiB each
     * @throws NoSuchFileException if there is no data directory of a node
     * @throws IOException if it cannot be listed
     */
    public DirectoryReport run(Predicate<TopicPartition> wanted, Executor workers) throws IOException {
        String id = directoryId();
        boolean clean = disk.exists(root.resolve(CLEAN_SHUTDOWN));
        Map<TopicPartition, Long> recoveryPoints = offsets(RECOVERY_POINTS);
        Map<TopicPartition, Long> logStarts = offsets(LOG_STARTS);
        Map<String, TopicPartition> directories = new TreeMap<>();
        for (String name : disk.list(root)) {
            TopicPartition partition = partitionAt(name);
            if (partition != null && wanted.test(partition)) {
                directories.put(name, partition);
            }
        }
        List<CompletableFuture<PartitionReport>> checks = new ArrayList<>();
        directories.forEach((name, partition) -> checks.add(new PartitionCheck(
                        disk,
                        partition,
                        root.resolve(name),
                        clean,
                        recoveryPoints.getOrDefault(partition, 0L),
                        logStarts.getOrDefault(partition, 0L))
                .run(workers)));
        List<PartitionReport> reports = checks.stream()
                .map(CompletableFuture::join)
                .sorted(Comparator.comparing(
                                (PartitionReport report) -> report.partition().topic())
                        .thenComparing(report -> report.partition().partition()))
                .toList();
        recoveryPoints.forEach((partition, point) -> {
            if (point > 0 && wanted.test(partition) && !directories.containsKey(partition.directoryName())) {
                findings.add(Finding.damage(
                        root.resolve(partition.directoryName()),
                        -1,
                        point,
                        "it is missing, but everything below offset " + point + " was synced",
                        "restore it from a replica or a backup; if its topic was deleted, nothing has to be done"));
            }
        });
        return new DirectoryReport(root, id, clean, reports, findings);
    }

    private String directoryId() throws IOException {
        Path file = root.resolve(META);
        String text = new String(disk.readAll(file), StandardCharsets.UTF_8);
        for (String line : text.split("\n")) {
            if (line.startsWith(ID_KEY)) {
                return line.substring(ID_KEY.length()).strip();
            }
        }
        findings.add(Finding.damage(
                file, 0, -1, "it names no directory.id", "restore it from a backup: a node refuses to start on it"));
        return "";
    }

    private Map<TopicPartition, Long> offsets(String name) {
        Path file = root.resolve(name);
        try {
            return LogFormats.offsets(disk, file);
        } catch (IOException e) {
            findings.add(Finding.damage(
                    file,
                    0,
                    -1,
                    String.valueOf(e.getMessage()),
                    "delete this file while the node is stopped: the next start looks at all of every log"));
            return Map.of();
        }
    }

    /** The partition in a directory of this name that a start would open. */
    private @Nullable TopicPartition partitionAt(String name) {
        if (LogFormats.isDeleted(name)) {
            findings.add(Finding.note(root.resolve(name), -1, -1, "of a deleted partition; the next start removes it"));
            return null;
        }
        if (LogFormats.isStray(name)) {
            findings.add(Finding.note(
                    root.resolve(name),
                    -1,
                    -1,
                    "moved aside, because no topic had its id; delete it if nobody needs it"));
            return null;
        }
        return LogFormats.partitionOf(name);
    }
}
