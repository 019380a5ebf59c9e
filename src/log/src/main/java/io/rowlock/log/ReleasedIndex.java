package io.rowlock.log;

import java.io.Closeable;
import java.io.IOException;

/**
 * The indexes of an active segment of which only the newest entries are in memory: look-ups there first, and before them in
 * the files. For one look-up by one thread.
 */
final class ReleasedIndex {

    private ReleasedIndex() {}

    /** An offset index. */
    static final class Offsets implements OffsetIndex, Closeable {
        private final IndexFile.Offsets file;
        private final int inFile;
        private final OffsetIndexEntries.Snapshot newest;

        Offsets(ActiveSegment segment, OffsetIndexEntries.Snapshot newest) throws IOException {
            this.file = segment.openIndex();
            this.inFile = Math.min(newest.released(), file.count());
            this.newest = newest;
        }

        @Override
        public int count() {
            return inFile + newest.count();
        }

        @Override
        public int relativeOffset(int entry) throws IOException {
            return entry < inFile ? file.relativeOffset(entry) : newest.relativeOffset(entry - inFile);
        }

        @Override
        public int position(int entry) throws IOException {
            return entry < inFile ? file.position(entry) : newest.position(entry - inFile);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** A time index. */
    static final class Times implements TimeIndex, Closeable {
        private final IndexFile.Times file;
        private final int inFile;
        private final TimeIndexEntries.Snapshot newest;

        Times(ActiveSegment segment, TimeIndexEntries.Snapshot newest) throws IOException {
            this.file = segment.openTimeIndex();
            this.inFile = Math.min(newest.released(), file.count());
            this.newest = newest;
        }

        @Override
        public int count() {
            return inFile + newest.count();
        }

        @Override
        public long timestamp(int entry) throws IOException {
            return entry < inFile ? file.timestamp(entry) : newest.timestamp(entry - inFile);
        }

        @Override
        public int relativeOffset(int entry) throws IOException {
            return entry < inFile ? file.relativeOffset(entry) : newest.relativeOffset(entry - inFile);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
