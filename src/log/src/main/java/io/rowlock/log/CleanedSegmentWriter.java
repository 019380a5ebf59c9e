package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes what compaction leaves of some segments into one, under names that no start takes for a log. For one thread. */
final class CleanedSegmentWriter implements Closeable {

    private final LogEnvironment environment;
    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final int indexIntervalBytes;
    private final int bufferBytes;
    private final DiskFile file;
    private final ByteBuf buffer;
    private final OffsetIndexEntries index = new OffsetIndexEntries();
    private final TimeIndexEntries times = new TimeIndexEntries();

    private int size;
    private int bytesSinceIndexEntry;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int maxTimestampOffset;

    CleanedSegmentWriter(
            LogEnvironment environment, Path directory, long baseOffset, int indexIntervalBytes, int bufferBytes)
            throws IOException {
        this.environment = environment;
        this.disk = environment.disk();
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        this.bufferBytes = bufferBytes;
        this.buffer = Unpooled.buffer(bufferBytes);
        this.file = disk.openOrCreate(cleaned(LogFiles.log(directory, baseOffset)));
        file.truncate(0);
    }

    private static Path cleaned(Path path) {
        return LogFiles.withSuffix(path, LogFiles.CLEANED_FILE);
    }

    /** Appends a whole batch, which it copies; its offsets follow those of the last. */
    void append(RecordBatch batch) throws IOException {
        int relativeOffset = (int) (batch.lastOffset() - baseOffset);
        if (batch.maxTimestamp() > maxTimestamp) {
            maxTimestamp = batch.maxTimestamp();
            maxTimestampOffset = relativeOffset;
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            index.append(relativeOffset, size);
            times.appendIfLater(maxTimestamp, maxTimestampOffset);
            bytesSinceIndexEntry = 0;
        }
        int batchBytes = batch.sizeInBytes();
        if (buffer.isReadable() && buffer.readableBytes() + batchBytes > bufferBytes) {
            flush();
        }
        buffer.writeBytes(batch.buffer(), batch.start(), batchBytes);
        size += batchBytes;
        bytesSinceIndexEntry += batchBytes;
    }

    private void flush() throws IOException {
        file.write(size - buffer.readableBytes(), buffer.nioBuffer());
        buffer.clear();
    }

    /** Bytes so far. */
    int size() {
        return size;
    }

    /** Makes all of it durable; the segment has its files under their temporary names. */
    Segment finish() throws IOException {
        if (buffer.isReadable()) {
            flush();
        }
        file.sync();
        times.appendIfLater(maxTimestamp, maxTimestampOffset);
        writeIndex(LogFiles.index(directory, baseOffset), index.encode(0));
        writeIndex(LogFiles.timeIndex(directory, baseOffset), times.encode(0));
        disk.syncDirectory(directory);
        return Segment.cleaned(environment, directory, baseOffset, size);
    }

    private void writeIndex(Path path, ByteBuffer entries) throws IOException {
        try (DiskFile out = disk.openOrCreate(cleaned(path))) {
            out.truncate(0);
            out.write(0, entries);
            out.sync();
        }
    }

    /** Removes what was written. */
    void discard() throws IOException {
        close();
        delete(disk, directory, baseOffset);
    }

    static void delete(Disk disk, Path directory, long baseOffset) throws IOException {
        disk.deleteIfExists(cleaned(LogFiles.log(directory, baseOffset)));
        disk.deleteIfExists(cleaned(LogFiles.index(directory, baseOffset)));
        disk.deleteIfExists(cleaned(LogFiles.timeIndex(directory, baseOffset)));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
