package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The segment at the end of a log. Index entries are made when a batch is staged, and go to their files in bundles: a crash
 * costs a scan of what came after the recovery point anyway. Belongs to the partition's owner.
 */
final class ActiveSegment {

    private static final int INDEX_BUNDLE_ENTRIES = 256;

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final SegmentFile file;
    private final SegmentNames names;
    private final long createdMillis;
    private final OffsetIndexEntries index = new OffsetIndexEntries();
    private final TimeIndexEntries times = new TimeIndexEntries();
    private final RecentBatches recent = new RecentBatches();

    /** Bytes that earlier processes wrote: nobody knows whether they are in the page cache. */
    private int inheritedBytes;

    private int size;
    private int bytesSinceIndexEntry;
    private int indexEntriesInFile;
    private int timeEntriesInFile;
    private long firstTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestampOffset;

    ActiveSegment(LogEnvironment environment, Path directory, long baseOffset) {
        this.disk = environment.disk();
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.createdMillis = environment.clock().wallMillis();
        this.file = SegmentFile.writable(environment, LogFiles.log(directory, baseOffset));
        this.names = new SegmentNames(disk, directory, baseOffset, file, "");
        this.maxTimestampOffset = baseOffset;
    }

    long baseOffset() {
        return baseOffset;
    }

    SegmentFile file() {
        return file;
    }

    /** Bytes, those of staged batches included. */
    int size() {
        return size;
    }

    int inheritedBytes() {
        return inheritedBytes;
    }

    OffsetIndexEntries index() {
        return index;
    }

    TimeIndexEntries times() {
        return times;
    }

    RecentBatches recent() {
        return recent;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    long maxTimestampOffset() {
        return maxTimestampOffset;
    }

    /** Kafka's rules for when a batch must go to a new segment. */
    boolean mustRollFor(RecordBatch batch, LogConfig config, long jitterMillis, long nowMillis) {
        if (batch.lastOffset() - baseOffset > Integer.MAX_VALUE) {
            return true;
        }
        if (size == 0) {
            return false;
        }
        long waited = firstTimestamp >= 0 && batch.maxTimestamp() >= 0
                ? batch.maxTimestamp() - firstTimestamp
                : nowMillis - createdMillis;
        return batch.sizeInBytes() > config.segmentBytes() - size
                || waited > config.segmentMillis() - jitterMillis
                || (index.count() + 1) * OffsetIndex.ENTRY_BYTES > config.indexMaxBytes()
                // One more must fit when the segment is closed.
                || (times.count() + 2) * TimeIndex.ENTRY_BYTES > config.indexMaxBytes();
    }

    /** Takes account of a batch that stands or will stand at the end of the file. */
    void add(RecordBatch batch, int indexIntervalBytes) {
        long lastOffset = batch.lastOffset();
        if (size == 0) {
            firstTimestamp = batch.maxTimestamp();
        }
        if (batch.maxTimestamp() > maxTimestamp) {
            maxTimestamp = batch.maxTimestamp();
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            index.append((int) (lastOffset - baseOffset), size);
            times.appendIfLater(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
            bytesSinceIndexEntry = 0;
        }
        recent.append((int) (batch.baseOffset() - baseOffset), (int) (lastOffset - baseOffset), size);
        size += batch.sizeInBytes();
        bytesSinceIndexEntry += batch.sizeInBytes();
    }

    /** Writes at {@code position}, where the bytes that {@link #add} announced belong. */
    void write(int position, ByteBuffer[] batches) throws IOException {
        file.write(position, batches);
        if (index.count() - indexEntriesInFile >= INDEX_BUNDLE_ENTRIES) {
            writeIndexesIfRoom();
        }
    }

    /** What a full disk does not take stays in memory, and goes with the next bundle. */
    private void writeIndexesIfRoom() throws IOException {
        try {
            writeIndexes();
        } catch (DiskFullException e) {
            // Half an entry may be there: it is written over, and readers of the file count whole ones.
            return;
        }
    }

    /** Brings the index files up to date, without syncing them. */
    void writeIndexes() throws IOException {
        if (indexEntriesInFile < index.count()) {
            try (DiskFile out = disk.openOrCreate(LogFiles.index(directory, baseOffset))) {
                out.write((long) indexEntriesInFile * OffsetIndex.ENTRY_BYTES, index.encode(indexEntriesInFile));
            }
            indexEntriesInFile = index.count();
        }
        if (timeEntriesInFile < times.count()) {
            try (DiskFile out = disk.openOrCreate(LogFiles.timeIndex(directory, baseOffset))) {
                out.write((long) timeEntriesInFile * TimeIndex.ENTRY_BYTES, times.encode(timeEntriesInFile));
            }
            timeEntriesInFile = times.count();
        }
    }

    IndexFile.Offsets openIndex() throws IOException {
        return names.openIndex();
    }

    IndexFile.Times openTimeIndex() throws IOException {
        return names.openTimeIndex();
    }

    /** Whether the index files have all that memory has. */
    boolean hasWrittenIndexes() {
        return indexEntriesInFile == index.count() && timeEntriesInFile == times.count();
    }

    /**
     * Gives up what only writing and reading need: the memory of the indexes, which their files have, and the handle of the
     * file unless it is in use. All that was added must have been written. What is added later is kept in memory again.
     */
    void rest() throws IOException {
        writeIndexes();
        index.release();
        times.release();
        recent.clear();
        inheritedBytes = size;
        file.tryClose(false);
    }

    /** Makes the time index end with the segment's largest timestamp, as readers of closed segments expect. */
    void sealTimes() {
        times.appendIfLater(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
    }

    /** Creates the files of a new segment, and empties what a crash may have left under their names. */
    void begin() throws IOException {
        file.truncate(0);
        createFiles();
    }

    /**
     * Makes sure that all three files exist and that the index files hold what memory holds, up to the largest timestamp: the
     * segment may be closed as it is now, and is not written again then.
     */
    void createFiles() throws IOException {
        prepareFiles();
        writeIndexes();
    }

    /** As {@link #createFiles}, but what a full disk does not take of the indexes stays in memory. */
    void createFilesIfRoom() throws IOException {
        prepareFiles();
        writeIndexesIfRoom();
    }

    private void prepareFiles() throws IOException {
        file.create();
        sealTimes();
        try (DiskFile out = disk.openOrCreate(LogFiles.index(directory, baseOffset))) {
            out.truncate((long) indexEntriesInFile * OffsetIndex.ENTRY_BYTES);
        }
        try (DiskFile out = disk.openOrCreate(LogFiles.timeIndex(directory, baseOffset))) {
            out.truncate((long) timeEntriesInFile * TimeIndex.ENTRY_BYTES);
        }
    }

    /** Whether {@link #createFiles()} changes the index files. */
    boolean indexFilesDiffer() throws IOException {
        sealTimes();
        return indexEntriesInFile < index.count()
                || timeEntriesInFile < times.count()
                || sizeOf(LogFiles.index(directory, baseOffset)) != (long) index.count() * OffsetIndex.ENTRY_BYTES
                || sizeOf(LogFiles.timeIndex(directory, baseOffset)) != (long) times.count() * TimeIndex.ENTRY_BYTES;
    }

    private long sizeOf(Path path) throws IOException {
        try (DiskFile open = disk.openForRead(path)) {
            return open.size();
        } catch (NoSuchFileException missing) {
            return -1;
        }
    }

    void syncIndexes() throws IOException {
        names.syncIndexes();
    }

    static void sync(Disk disk, Path path) throws IOException {
        try (DiskFile file = disk.openForRead(path)) {
            file.sync();
        }
    }

    /** The segment as it is from now on. All that was added must have been written. */
    Segment close() throws IOException {
        createFiles();
        file.seal();
        return new Segment(names, size).withTimestamp(maxTimestamp, maxTimestampOffset);
    }

    /**
     * Starts from index entries that can be trusted instead of from nothing; what follows {@link #size()}, where the last
     * indexed batch begins, is added batch by batch.
     */
    void restore(IndexLoader.Entries trusted, long firstBatchTimestamp) {
        for (int i = 0; i < trusted.indexCount(); i++) {
            index.append(trusted.relativeOffset(i), trusted.position(i));
        }
        for (int i = 0; i < trusted.timeCount(); i++) {
            times.appendIfLater(trusted.timestamp(i), trusted.timeRelativeOffset(i));
        }
        indexEntriesInFile = index.count();
        timeEntriesInFile = times.count();
        firstTimestamp = firstBatchTimestamp;
        if (times.count() > 0) {
            maxTimestamp = times.timestamp(times.count() - 1);
            maxTimestampOffset = baseOffset + times.relativeOffset(times.count() - 1);
        }
        size = index.count() == 0 ? 0 : index.position(index.count() - 1);
    }

    /** What recovery found in the file counts as inherited, not as written by this process. */
    void markInherited() {
        inheritedBytes = size;
        recent.clear();
    }
}
