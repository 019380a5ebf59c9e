package io.rowlock.log;

/** What a compaction did so far. Belongs to its thread. */
public final class CompactionStats {

    private long bytesMapped;
    private long bytesRead;
    private long bytesWritten;
    private long recordsKept;
    private long recordsRemoved;
    private long mapBytes;

    void mapped(long bytes, long mapBytesNow) {
        bytesMapped += bytes;
        mapBytes = Math.max(mapBytes, mapBytesNow);
    }

    void moved(long read, long written) {
        bytesRead += read;
        bytesWritten += written;
    }

    void kept(int records) {
        recordsKept += records;
    }

    void removed(int records) {
        recordsRemoved += records;
    }

    /** Bytes of dirty records that were looked at for their keys. */
    public long bytesMapped() {
        return bytesMapped;
    }

    /** Bytes of the segments that were gone through. */
    public long bytesRead() {
        return bytesRead;
    }

    public long bytesWritten() {
        return bytesWritten;
    }

    public long recordsKept() {
        return recordsKept;
    }

    public long recordsRemoved() {
        return recordsRemoved;
    }

    /** The most that the map of keys took, in bytes. */
    public long mapBytes() {
        return mapBytes;
    }
}
