package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads index files at start, and keeps of them what can be trusted. */
final class IndexLoader {

    private IndexLoader() {}

    /** The leading entries of both indexes that are in order and below the limits. */
    record Entries(ByteBuffer index, int indexCount, ByteBuffer times, int timeCount) {

        static final Entries NONE = new Entries(ByteBuffer.allocate(0), 0, ByteBuffer.allocate(0), 0);

        int relativeOffset(int entry) {
            return index.getInt(entry * OffsetIndex.ENTRY_BYTES);
        }

        int position(int entry) {
            return index.getInt(entry * OffsetIndex.ENTRY_BYTES + Integer.BYTES);
        }

        long timestamp(int entry) {
            return times.getLong(entry * TimeIndex.ENTRY_BYTES);
        }

        int timeRelativeOffset(int entry) {
            return times.getInt(entry * TimeIndex.ENTRY_BYTES + Long.BYTES);
        }
    }

    /**
     * Loads what the index files say of offsets below {@code trustedOffset} and positions below {@code size}. Nothing, if one
     * of the two is missing: then they are made anew from the log.
     */
    static Entries load(Disk disk, Path directory, long baseOffset, int size, long trustedOffset) throws IOException {
        byte[] index;
        byte[] times;
        try {
            index = disk.readAll(LogFiles.index(directory, baseOffset));
            times = disk.readAll(LogFiles.timeIndex(directory, baseOffset));
        } catch (NoSuchFileException missing) {
            return Entries.NONE;
        }
        Entries all = new Entries(
                ByteBuffer.wrap(index),
                index.length / OffsetIndex.ENTRY_BYTES,
                ByteBuffer.wrap(times),
                times.length / TimeIndex.ENTRY_BYTES);
        long relativeLimit = trustedOffset - baseOffset;
        return new Entries(
                all.index(),
                indexEntriesInOrder(all, size, relativeLimit),
                all.times(),
                timesInOrder(all, relativeLimit));
    }

    private static int indexEntriesInOrder(Entries entries, int size, long relativeLimit) {
        int previousOffset = -1;
        int previousPosition = 0;
        for (int i = 0; i < entries.indexCount(); i++) {
            int offset = entries.relativeOffset(i);
            int position = entries.position(i);
            if (offset <= previousOffset
                    || offset >= relativeLimit
                    || position <= previousPosition
                    || position >= size) {
                return i;
            }
            previousOffset = offset;
            previousPosition = position;
        }
        return entries.indexCount();
    }

    private static int timesInOrder(Entries entries, long relativeLimit) {
        long previousTimestamp = -1;
        int previousOffset = -1;
        for (int i = 0; i < entries.timeCount(); i++) {
            long timestamp = entries.timestamp(i);
            int offset = entries.timeRelativeOffset(i);
            if (timestamp <= previousTimestamp || offset <= previousOffset || offset >= relativeLimit) {
                return i;
            }
            previousTimestamp = timestamp;
            previousOffset = offset;
        }
        return entries.timeCount();
    }
}
