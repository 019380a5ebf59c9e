package io.rowlock.log;

import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.OffsetMap;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * A node's data directory: its lock, its identity, and the checkpoints from which its logs are opened. The files have
 * Kafka's names and formats. Thread-safe; none of it is on a hot path.
 */
public final class LogDirectory implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LogDirectory.class.getName());

    private static final String LOCK = ".lock";
    private static final String META = "meta.properties";
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    private static final String LOG_STARTS = "log-start-offset-checkpoint";
    /** The longest line of a checkpoint: a topic's name of 249 characters, two numbers, two spaces and a line feed. */
    private static final int CHECKPOINT_LINE_BYTES = 249 + 10 + 19 + 3;

    private static final int NAME_BYTES_MAX = 255;
    private static final String CLEANED = "cleaner-offset-checkpoint";
    private static final String HIGH_WATERMARKS = "replication-offset-checkpoint";

    private final LogEnvironment environment;
    private final Disk disk;
    private final Path root;
    private final Disk.DiskLock lock;
    private final UUID id;
    private final OptionalLong cleanShutdownEpoch;
    private final PageCacheMark pageCache;
    private final OffsetCheckpoint recoveryPoints;
    private final OffsetCheckpoint logStarts;
    private final OffsetCheckpoint cleaned;
    private final OffsetCheckpoint highWatermarks;
    private final SpareSpace spare;

    /** The logs that were opened since: the clean shutdown says nothing of them any more. */
    private final Set<TopicPartition> opened = new HashSet<>();

    /** The log that was opened last of each partition: it tells which checkpoints are from before a cut. */
    private final Map<TopicPartition, PartitionLog> logs = new HashMap<>();

    private LogDirectory(
            LogEnvironment environment,
            Path root,
            Disk.DiskLock lock,
            UUID id,
            OptionalLong cleanShutdownEpoch,
            PageCacheMark pageCache,
            OffsetCheckpoint recoveryPoints,
            OffsetCheckpoint logStarts,
            OffsetCheckpoint cleaned,
            OffsetCheckpoint highWatermarks,
            SpareSpace spare) {
        this.environment = environment;
        this.disk = environment.disk();
        this.root = root;
        this.lock = lock;
        this.id = id;
        this.cleanShutdownEpoch = cleanShutdownEpoch;
        this.pageCache = pageCache;
        this.recoveryPoints = recoveryPoints;
        this.logStarts = logStarts;
        this.cleaned = cleaned;
        this.highWatermarks = highWatermarks;
        this.spare = spare;
    }

    /**
     * Takes the directory for this process, and creates it with a new id if there is none. The mark of a clean shutdown is
     * read and removed: from now on only the checkpoints count.
     *
     * @throws DirectoryLockedException if another process has it
     */
    public static LogDirectory open(LogEnvironment environment, Path root) throws IOException {
        Disk disk = environment.disk();
        createDurably(disk, root.toAbsolutePath());
        Disk.DiskLock lock = disk.tryLock(root.resolve(LOCK));
        if (lock == null) {
            throw new DirectoryLockedException(root);
        }
        try {
            boolean isNew = !disk.exists(root.resolve(META));
            UUID id = loadId(environment, root);
            OptionalLong cleanEpoch = readCleanShutdown(disk, root);
            PageCacheMark pageCache = PageCacheMark.read(disk, root, isNew || cleanEpoch.isPresent());
            removeCleanShutdown(disk, root);
            LogDirectory opened = new LogDirectory(
                    environment,
                    root,
                    lock,
                    id,
                    cleanEpoch,
                    pageCache,
                    OffsetCheckpoint.load(disk, root.resolve(RECOVERY_POINTS)),
                    OffsetCheckpoint.load(disk, root.resolve(LOG_STARTS)),
                    loadDispensable(disk, root.resolve(CLEANED), "Compaction starts from the beginning of each log"),
                    loadDispensable(
                            disk,
                            root.resolve(HIGH_WATERMARKS),
                            "What was confirmed is found out again once replicas have fetched"),
                    SpareSpace.open(disk, root));
            opened.purgeLeftovers();
            return opened;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Syncs even what exists: whoever made it may have died before it was durable. */
    private static void createDurably(Disk disk, Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        if (!disk.exists(parent)) {
            createDurably(disk, parent);
        }
        disk.createDirectories(directory);
        disk.syncDirectory(parent);
        disk.syncDirectory(directory);
    }

    private static UUID loadId(LogEnvironment environment, Path root) throws IOException {
        Path file = root.resolve(META);
        String key = "directory.id=";
        try {
            for (String line : new String(environment.disk().readAll(file), StandardCharsets.UTF_8).split("\n")) {
                UUID id = line.startsWith(key) ? TopicIds.decode(line.substring(key.length())) : null;
                if (id != null) {
                    return id;
                }
            }
        } catch (NoSuchFileException missing) {
            UUID id = environment.random().uuid();
            String text = "version=1\n" + key + TopicIds.encode(id) + "\n";
            environment.disk().replace(file, text.getBytes(StandardCharsets.UTF_8));
            return id;
        }
        throw new CorruptLogException(file, 0, "it names no directory.id");
    }

    /** What it says can be found out again: a damaged one only costs time. */
    private static OffsetCheckpoint loadDispensable(Disk disk, Path file, String consequence) throws IOException {
        try {
            return OffsetCheckpoint.load(disk, file);
        } catch (CorruptLogException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}. {1}.", e.getMessage(), consequence);
            return OffsetCheckpoint.empty(disk, file);
        }
    }

    private static void removeCleanShutdown(Disk disk, Path root) throws IOException {
        if (disk.exists(root.resolve(CLEAN_SHUTDOWN))) {
            disk.deleteIfExists(root.resolve(CLEAN_SHUTDOWN));
            disk.syncDirectory(root);
        }
    }

    private static OptionalLong readCleanShutdown(Disk disk, Path root) throws IOException {
        String text;
        try {
            text = new String(disk.readAll(root.resolve(CLEAN_SHUTDOWN)), StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            return OptionalLong.empty();
        }
        String digits = text.replaceAll("(?s).*\"brokerEpoch\":\\s*(-?\\d+).*", "$1");
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException otherFormat) {
            return OptionalLong.empty();
        }
    }

    /** Made at random when the directory was made; tells it from every other. */
    public UUID id() {
        return id;
    }

    public Path root() {
        return root;
    }

    /** What the directory is on. */
    public Disk disk() {
        return disk;
    }

    /** The broker epoch of the last process if it closed all logs properly; empty after a crash. */
    public OptionalLong cleanShutdownEpoch() {
        return cleanShutdownEpoch;
    }

    /**
     * Whether what earlier processes wrote and did not sync may be gone: the last one was not stopped cleanly, and the machine has
     * started anew since. True again at later starts until {@link #noteLossTold()}.
     */
    public boolean unsyncedMayBeLost() {
        return pageCache.unsyncedMayBeLost();
    }

    /** To be called once the cluster counts with what {@link #unsyncedMayBeLost()} says, so that it is not told again. */
    public void noteLossTold() throws IOException {
        pageCache.settle();
    }

    /** The partitions that have a directory, with their topic ids. Directories of other shapes are left alone. */
    public Map<TopicPartition, UUID> partitions() throws IOException {
        Map<TopicPartition, UUID> found = new HashMap<>();
        for (String name : disk.list(root)) {
            TopicPartition partition = name.endsWith(LogFiles.DELETED_DIRECTORY) ? null : TopicPartition.parse(name);
            UUID topicId = partition == null ? null : PartitionMetadata.read(disk, root.resolve(name));
            if (partition != null && topicId != null) {
                found.put(partition, topicId);
            }
        }
        return found;
    }

    /**
     * How many bytes of records a partition's files hold, whether or not they can be served; 0 if there are none. For what is
     * not open: an open log knows. Waits for the disk.
     */
    public long bytesOnDisk(TopicPartition partition) throws IOException {
        Path directory = root.resolve(partition.directoryName());
        long bytes = 0;
        for (String name : disk.exists(directory) ? disk.list(directory) : List.<String>of()) {
            if (name.endsWith(LogFiles.LOG)) {
                try (DiskFile file = disk.openForRead(directory.resolve(name))) {
                    bytes += file.size();
                }
            }
        }
        return bytes;
    }

    /** Opens a partition's log from what the checkpoints say, and creates it if there is none. Blocks on the disk. */
    public PartitionLog openLog(
            TopicPartition partition, UUID topicId, LogConfig config, ProducerStateConfig producerConfig)
            throws IOException {
        LogOpening opening;
        synchronized (this) {
            logStarts.prepareFor(partition);
            recoveryPoints.prepareFor(partition);
            cleaned.prepareFor(partition);
            highWatermarks.prepareFor(partition);
            opening = new LogOpening(
                    opened.add(partition) && cleanShutdownEpoch.isPresent(),
                    recoveryPoints.get(partition),
                    logStarts.get(partition),
                    (recoveryPoint, logStart) -> lower(Map.of(partition, recoveryPoint), Map.of(partition, logStart)));
        }
        PartitionLog log = PartitionLog.open(
                environment, root.resolve(partition.directoryName()), topicId, config, producerConfig, opening);
        synchronized (this) {
            logs.put(partition, log);
        }
        return log;
    }

    /**
     * What a checkpoint says of one log.
     *
     * @param highWatermark at least so far it was confirmed by all that must
     * @param cuts how often the log had been cut when this was so, see {@link PartitionLog#cuts}
     */
    public record Checkpoint(long recoveryPoint, long logStartOffset, long highWatermark, int cuts) {
        /** What {@code log} allows to say now; to be asked on its owner. */
        public static Checkpoint of(PartitionLog log, long highWatermark) {
            return new Checkpoint(log.recoveryPoint(), log.view().logStartOffset(), highWatermark, log.cuts());
        }
    }

    /** Up to where the partition's log was confirmed at least, when that was last noted; it may have lost its end since. */
    public synchronized long highWatermark(TopicPartition partition) {
        return highWatermarks.get(partition);
    }

    /**
     * Makes these checkpoints durable; those of other partitions stay, and so does that of a log which was cut since: what it
     * says of the end is not so any more. Belongs on a pool thread.
     */
    public synchronized void writeCheckpoints(Map<TopicPartition, Checkpoint> checkpoints) throws IOException {
        checkpoints.forEach((partition, checkpoint) -> {
            PartitionLog log = logs.get(partition);
            if (log != null && log.cuts() != checkpoint.cuts()) {
                return;
            }
            recoveryPoints.put(partition, checkpoint.recoveryPoint());
            highWatermarks.put(partition, checkpoint.highWatermark());
            // The checkpoint may be from before the log start was raised; only lower() takes it back.
            logStarts.raise(partition, checkpoint.logStartOffset());
        });
        logStarts.write();
        recoveryPoints.write();
        highWatermarks.write();
        spare.keep((long) opened.size() * CHECKPOINT_LINE_BYTES);
    }

    /** Prepares a compaction of one of the directory's logs; see {@link LogCompaction}. */
    public LogCompaction compaction(
            CompactionInput input, CleanableRange range, CompactionConfig config, OffsetMap offsets, int bufferBytes) {
        return new LogCompaction(environment, input, range, config, offsets, bufferBytes);
    }

    /** Up to where the partition was compacted; 0 if it was not. */
    public synchronized long cleanedUntil(TopicPartition partition) {
        return cleaned.get(partition);
    }

    /** Notes durably up to where a partition is compacted, so that the next compaction goes on from there. */
    public synchronized void writeCleaned(TopicPartition partition, long offset) throws IOException {
        cleaned.put(partition, offset);
        cleaned.write();
    }

    /**
     * Makes the starts of these logs durable where they are above what is; those of other partitions stay. Only then may
     * segments below them leave the disk, so there is space spared for this if the disk is full. Belongs on a pool thread.
     */
    public synchronized void raiseLogStarts(Map<TopicPartition, Long> offsets) throws IOException {
        offsets.forEach(logStarts::raise);
        try {
            logStarts.write();
        } catch (DiskFullException e) {
            if (!spare.giveUp()) {
                throw e;
            }
            logStarts.write();
        }
    }

    /** Lowers the checkpoints that are above these offsets, durably: one call for many logs that are to be truncated. */
    public void lower(Map<TopicPartition, Long> offsets) throws IOException {
        lower(offsets, offsets);
    }

    private synchronized void lower(Map<TopicPartition, Long> points, Map<TopicPartition, Long> starts)
            throws IOException {
        recoveryPoints.lower(points);
        logStarts.lower(starts);
        cleaned.lower(starts);
        highWatermarks.lower(starts);
    }

    /** Says that all logs were closed cleanly by the process with this broker epoch. The last thing before {@link #close()}. */
    public void markCleanShutdown(long brokerEpoch) throws IOException {
        String text = "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}";
        disk.replace(root.resolve(CLEAN_SHUTDOWN), text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Renames the directory of a partition that the metadata does not know, keeping its topic id in the name, as Kafka does
     * with strays. Returns where it is now.
     */
    public Path setAside(TopicPartition partition) throws IOException {
        forget(partition);
        Path directory = root.resolve(partition.directoryName());
        UUID topicId = PartitionMetadata.read(disk, directory);
        String owner = topicId == null ? "unknown" : TopicIds.encode(topicId);
        Path aside = root.resolve(renamed(partition.directoryName(), "." + owner + LogFiles.STRAY_DIRECTORY));
        disk.move(directory, aside);
        disk.syncDirectory(root);
        return aside;
    }

    /**
     * Removes the directory of a partition whose log is closed, if there is one. Once it is renamed, durably, it counts as
     * deleted: what a crash leaves of it the next start removes. Belongs on a pool thread.
     */
    public void delete(TopicPartition partition) throws IOException {
        forget(partition);
        Path directory = root.resolve(partition.directoryName());
        if (disk.exists(directory)) {
            purge(markDeleted(directory));
        }
    }

    /** The next log of that name has nothing to do with these checkpoints. */
    private synchronized void forget(TopicPartition partition) {
        recoveryPoints.forget(partition);
        logStarts.forget(partition);
        cleaned.forget(partition);
        highWatermarks.forget(partition);
        logs.remove(partition);
    }

    private void purge(Path deletedDirectory) throws IOException {
        for (String name : disk.list(deletedDirectory)) {
            disk.deleteIfExists(deletedDirectory.resolve(name));
        }
        disk.deleteIfExists(deletedDirectory);
    }

    private void purgeLeftovers() throws IOException {
        List<Path> leftovers = new ArrayList<>();
        Set<String> names = new HashSet<>(disk.list(root));
        recoveryPoints.forgetAllBut(names);
        logStarts.forgetAllBut(names);
        cleaned.forgetAllBut(names);
        highWatermarks.forgetAllBut(names);
        for (String name : names) {
            if (name.endsWith(LogFiles.DELETED_DIRECTORY)) {
                leftovers.add(root.resolve(name));
            }
        }
        for (Path leftover : leftovers) {
            purge(leftover);
        }
    }

    /** Kafka's name for a directory whose partition is deleted: the old name, something unique, and a suffix. */
    private Path markDeleted(Path directory) throws IOException {
        String unique = environment.random().uuid().toString().replace("-", "");
        Path renamed = root.resolve(
                renamed(String.valueOf(directory.getFileName()), "." + unique + LogFiles.DELETED_DIRECTORY));
        disk.move(directory, renamed);
        disk.syncDirectory(root);
        return renamed;
    }

    /** With a suffix, and of a long topic's name only the beginning: file systems take 255 bytes, and it has up to 249. */
    private static String renamed(String directoryName, String suffix) {
        int partition = directoryName.lastIndexOf('-');
        int kept = Math.min(partition, NAME_BYTES_MAX - (directoryName.length() - partition) - suffix.length());
        return directoryName.substring(0, kept) + directoryName.substring(partition) + suffix;
    }

    /** Closes the handles that were not used since the last call. May block on the disk. */
    public void closeIdleFiles() {
        environment.openFiles().closeIdle();
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
