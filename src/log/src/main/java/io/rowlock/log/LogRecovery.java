package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens what a log's directory holds. After a clean stop only the last index entries are followed to the end. Otherwise
 * everything from the recovery point on is checksummed, a torn tail is cut at the last whole batch, and what is missing or
 * wrong of indexes and epochs is made anew from the batches.
 */
final class LogRecovery {

    private static final System.Logger LOG = System.getLogger(LogRecovery.class.getName());

    private final LogEnvironment environment;
    private final Disk disk;
    private final Path directory;
    private final LogOpening opening;
    private final SegmentLoader loader;

    /** Below this offset nothing is checksummed. */
    private final long trustedOffset;

    private final List<Segment> closed = new ArrayList<>();
    private final List<Segment> unsynced = new ArrayList<>();
    private LeaderEpochs epochs = LeaderEpochs.NONE;
    private boolean epochsChanged;

    LogRecovery(LogEnvironment environment, Path directory, LogConfig config, LogOpening opening) {
        this.environment = environment;
        this.disk = environment.disk();
        this.directory = directory;
        this.opening = opening;
        this.trustedOffset = opening.cleanShutdown() ? Long.MAX_VALUE : opening.recoveryPoint();
        this.loader = new SegmentLoader(environment, directory, config);
    }

    /**
     * What a log starts from.
     *
     * @param durableEndOffset everything below was synced by an earlier process
     * @param unsynced the closed segments that may not be
     * @param scannedBytes what was looked at batch by batch
     */
    record Recovered(
            List<Segment> closed,
            ActiveSegment active,
            long logStartOffset,
            long logEndOffset,
            long durableEndOffset,
            LeaderEpochs epochs,
            boolean epochsChanged,
            List<Segment> unsynced,
            long scannedBytes) {}

    Recovered run() throws IOException {
        new SwapRecovery(disk, directory).run();
        List<Long> bases = segmentBases();
        boolean haveEpochs = loadEpochs();
        while (bases.size() > 1 && bases.get(1) <= opening.logStartOffset()) {
            deleteSegment(bases.remove(0));
        }
        if (bases.isEmpty()) {
            return fresh(opening.logStartOffset());
        }
        long logStart = Math.max(opening.logStartOffset(), bases.get(0));
        if (epochs.isEmpty() || epochs.firstStart() > logStart) {
            // The log began later when the epochs were written, and the crash came before that was checkpointed.
            epochs = LeaderEpochs.NONE;
            haveEpochs = false;
        }
        SegmentLoader.Loaded last = loadAll(bases, haveEpochs);
        epochsChanged |= !haveEpochs && last.nextOffset() > logStart;
        if (logStart > last.nextOffset()) {
            last.segment().file().release();
            return startOver(bases, logStart);
        }
        ActiveSegment active = last.segment();
        active.markInherited();
        renewIndexes(last);
        active.createFilesIfRoom();
        if (active.hasWrittenIndexes()) {
            active.rest();
        }
        changeEpochs(epochs.truncateEnd(last.nextOffset()).truncateStart(logStart));
        return new Recovered(
                closed,
                active,
                logStart,
                last.nextOffset(),
                Math.min(trustedOffset, last.nextOffset()),
                epochs,
                epochsChanged,
                unsynced,
                loader.scannedBytes());
    }

    private SegmentLoader.Loaded loadAll(List<Long> bases, boolean haveEpochs) throws IOException {
        for (int i = 0; ; i++) {
            long base = bases.get(i);
            boolean isLast = i == bases.size() - 1;
            if (!isLast && haveEpochs && bases.get(i + 1) <= trustedOffset && indexesExist(base)) {
                closed.add(trusted(base));
                continue;
            }
            SegmentLoader.Loaded loaded = loader.load(base, trustedOffset, !haveEpochs, this::learnEpoch);
            if (isLast && loaded.problem() == null) {
                requireRecoveryPoint(loaded);
                return loaded;
            }
            boolean gap = !isLast && bases.get(i + 1) > trustedOffset && loaded.nextOffset() < bases.get(i + 1);
            if (loaded.problem() != null || gap) {
                List<Long> later = bases.subList(i + 1, bases.size());
                judge(loaded);
                cut(loaded, later);
                return loaded;
            }
            renewIndexes(loaded);
            Segment segment = loaded.segment().close();
            closed.add(segment);
            unsynced.add(segment);
        }
    }

    /**
     * Below the recovery point indexes count as synced, and nobody looks at them closely: while they are written anew, that point
     * lies before them, and they are synced before it can move on.
     */
    private void renewIndexes(SegmentLoader.Loaded loaded) throws IOException {
        ActiveSegment segment = loaded.segment();
        if (segment.baseOffset() < trustedOffset && (loaded.indexesRebuilt() || segment.indexFilesDiffer())) {
            try {
                opening.recoveryPoints().lowerTo(segment.baseOffset(), Long.MAX_VALUE);
            } catch (DiskFullException e) {
                // A node must start on a full disk. What it cannot write of the indexes stays in memory.
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: the indexes of a segment are renewed on a full disk",
                        directory);
            }
            segment.createFilesIfRoom();
            segment.syncIndexes();
        }
    }

    private void requireRecoveryPoint(SegmentLoader.Loaded loaded) throws IOException {
        if (!opening.cleanShutdown() && loaded.nextOffset() < opening.recoveryPoint()) {
            throw new CorruptLogException(
                    loaded.segment().file().path(),
                    loaded.segment().size(),
                    "the log ends at offset " + loaded.nextOffset() + ", but everything below "
                            + opening.recoveryPoint() + " was synced");
        }
    }

    /** Throws unless a crash explains why the segment's batches end where they end. */
    private void judge(SegmentLoader.Loaded loaded) throws IOException {
        ActiveSegment segment = loaded.segment();
        int end = segment.size();
        if (loaded.nextOffset() < trustedOffset) {
            throw new CorruptLogException(
                    segment.file().path(), end, loaded.problem() + ", but this part was synced properly");
        }
        if (loaded.problem() == null) {
            return;
        }
        DiskFile file = segment.file();
        if (!new TornTail(file, end, (int) file.size(), loaded.nextOffset()).isWorkOfCrash()) {
            throw new CorruptLogException(
                    segment.file().path(), end, loaded.problem() + ", and that is not what a crash leaves behind");
        }
    }

    private void cut(SegmentLoader.Loaded loaded, List<Long> later) throws IOException {
        // From the end: a crash in between leaves a log that ends earlier, and no gap.
        for (int i = later.size() - 1; i >= 0; i--) {
            deleteSegment(later.get(i));
        }
        DiskFile file = loaded.segment().file();
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} is cut at position {1}, offset {2}: {3}. The {4} bytes and {5} segments from there on were not synced"
                        + " before the crash.",
                loaded.segment().file().path(),
                Long.toString(loaded.segment().size()),
                Long.toString(loaded.nextOffset()),
                loaded.problem() == null ? "the segment ends before the next one begins" : loaded.problem(),
                Long.toString(file.size() - loaded.segment().size()),
                Integer.toString(later.size()));
        file.truncate(loaded.segment().size());
        // If the tail came back after the next segment was begun, it would stand in the middle.
        file.sync();
        disk.syncDirectory(directory);
    }

    private Recovered startOver(List<Long> bases, long logStart) throws IOException {
        for (Segment segment : closed) {
            segment.file().release();
        }
        for (long base : bases) {
            deleteSegment(base);
        }
        closed.clear();
        unsynced.clear();
        changeEpochs(LeaderEpochs.NONE);
        return fresh(logStart);
    }

    private Recovered fresh(long logStart) throws IOException {
        ActiveSegment active = new ActiveSegment(environment, directory, logStart);
        active.createFiles();
        changeEpochs(epochs.truncateEnd(logStart));
        return new Recovered(
                closed, active, logStart, logStart, logStart, epochs, epochsChanged, unsynced, loader.scannedBytes());
    }

    private List<Long> segmentBases() throws IOException {
        List<Long> bases = new ArrayList<>();
        List<String> names = disk.list(directory);
        for (String name : names) {
            long base = LogFiles.offsetOf(name, LogFiles.LOG);
            if (base >= 0) {
                bases.add(base);
            }
        }
        bases.sort(null);
        for (String name : names) {
            if (isLeftover(name, bases)) {
                disk.deleteIfExists(directory.resolve(name));
            }
        }
        return bases;
    }

    /** Half-written replacements, and indexes whose segment is gone. */
    private static boolean isLeftover(String name, List<Long> bases) {
        long index = LogFiles.offsetOf(name, LogFiles.INDEX);
        long times = LogFiles.offsetOf(name, LogFiles.TIME_INDEX);
        long transactions = LogFiles.offsetOf(name, LogFiles.TRANSACTION_INDEX);
        return name.endsWith(".tmp")
                || name.endsWith(LogFiles.DELETED_FILE)
                || (index >= 0 && !bases.contains(index))
                || (times >= 0 && !bases.contains(times))
                || (transactions >= 0 && !bases.contains(transactions));
    }

    private boolean loadEpochs() throws IOException {
        try {
            LeaderEpochs loaded = LeaderEpochs.decode(disk.readAll(directory.resolve(LogFiles.EPOCHS)));
            if (loaded != null) {
                epochs = loaded;
                return true;
            }
        } catch (NoSuchFileException missing) {
            // An empty log needs none; where there are batches, they say what it lacks.
            return false;
        }
        epochsChanged = true;
        return false;
    }

    /** What the batches say goes before what the file says: that may be from before a truncation. */
    private void learnEpoch(RecordBatch batch) {
        if (batch.partitionLeaderEpoch() >= 0) {
            changeEpochs(epochs.correct(batch.partitionLeaderEpoch(), batch.baseOffset()));
        }
    }

    private void changeEpochs(LeaderEpochs changed) {
        epochsChanged |= changed != epochs;
        epochs = changed;
    }

    private boolean indexesExist(long base) throws IOException {
        return disk.exists(LogFiles.index(directory, base)) && disk.exists(LogFiles.timeIndex(directory, base));
    }

    private Segment trusted(long base) throws IOException {
        Path path = LogFiles.log(directory, base);
        try (DiskFile file = disk.openForRead(path)) {
            return Segment.found(environment, directory, base, (int) file.size());
        }
    }

    private void deleteSegment(long base) throws IOException {
        deleteSegment(disk, directory, base);
    }

    /** Deletes the data first: indexes without data are recognized as leftovers at the next start. */
    static void deleteSegment(Disk disk, Path directory, long base) throws IOException {
        disk.deleteIfExists(LogFiles.log(directory, base));
        disk.deleteIfExists(LogFiles.index(directory, base));
        disk.deleteIfExists(LogFiles.timeIndex(directory, base));
        disk.deleteIfExists(LogFiles.transactionIndex(directory, base));
        disk.deleteIfExists(LogFiles.snapshot(directory, base));
    }
}
