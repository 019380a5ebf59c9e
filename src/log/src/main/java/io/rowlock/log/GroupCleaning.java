package io.rowlock.log;

import io.rowlock.log.compaction.BatchRetention;
import io.rowlock.ports.Disk;
import io.rowlock.protocol.record.BatchRewriter;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one segment of some neighbours, without what the retention lets go. For one thread. */
final class GroupCleaning implements Closeable {

    private final Disk disk;
    private final List<Segment> group;
    private final BatchRetention retention;
    private final CleanedSegmentWriter writer;
    private final CompactionStats stats;
    private final long newHorizon;
    private final int bufferBytes;

    private int current = -1;
    private @Nullable CleanerScan scan;
    private boolean changed;
    private boolean done;

    /** @param newHorizon of tombstones and markers that have none, in milliseconds */
    GroupCleaning(
            Disk disk,
            List<Segment> group,
            BatchRetention retention,
            CleanedSegmentWriter writer,
            CompactionStats stats,
            long newHorizon,
            int bufferBytes) {
        this.disk = disk;
        this.group = group;
        this.retention = retention;
        this.writer = writer;
        this.stats = stats;
        this.newHorizon = newHorizon;
        this.bufferBytes = bufferBytes;
        this.changed = group.size() > 1;
    }

    boolean isDone() {
        return done;
    }

    /** Handles the batches of about so many bytes; returns how many were read and written. */
    long step(int bytes) throws IOException {
        long read = 0;
        int before = writer.size();
        while (!done && read < bytes) {
            if (scan == null || !scan.next()) {
                openNext();
            } else {
                read += scan.header().sizeInBytes();
                handle(scan);
            }
        }
        stats.moved(read, writer.size() - before);
        return read + writer.size() - before;
    }

    private void openNext() throws IOException {
        close();
        current++;
        if (current == group.size()) {
            done = true;
        } else {
            scan = new CleanerScan(group.get(current), bufferBytes);
        }
    }

    private void handle(CleanerScan at) throws IOException {
        RecordBatch header = at.header();
        switch (retention.decide(header)) {
            case KEEP -> keep(at.load());
            case KEEP_WITH_HORIZON, FILTER -> filter(at, at.load());
            case CLEAR -> clear(at, header);
        }
    }

    private void keep(RecordBatch batch) throws IOException {
        writer.append(batch);
        stats.kept(batch.count());
    }

    private void filter(CleanerScan at, RecordBatch batch) throws IOException {
        BatchRewriter rewriter = new BatchRewriter(batch);
        boolean marks = false;
        try (RecordReader reader = RecordReader.open(batch, LogCompaction.PLAIN_BYTES_MAX)) {
            while (reader.next()) {
                if (batch.isControl() || retention.keeps(batch, reader)) {
                    rewriter.keep(reader);
                    marks |= batch.isControl() || reader.value() == null;
                }
            }
        } catch (InvalidRecordsException e) {
            throw at.corrupt("the records of a batch cannot be read: " + e.getMessage());
        }
        boolean needsHorizon = marks && batch.deleteHorizon() == RecordBatch.NO_TIMESTAMP;
        if (rewriter.count() == 0) {
            clear(at, batch);
        } else if (rewriter.count() == batch.count() && !needsHorizon) {
            keep(batch);
        } else {
            changed = true;
            stats.removed(batch.count() - rewriter.count());
            keep(new RecordBatch(rewriter.build(needsHorizon ? newHorizon : RecordBatch.NO_TIMESTAMP)));
        }
    }

    /**
     * The last batch of a segment stays, if only as an empty one: then the segment ends where the next one begins, and a gap
     * between two always means that something is missing.
     */
    private void clear(CleanerScan at, RecordBatch batch) throws IOException {
        stats.removed(batch.count());
        boolean last = current == group.size() - 1 && at.isAtLast();
        if (!last && !retention.keepsEmpty(batch)) {
            changed = true;
        } else if (batch.count() == 0) {
            writer.append(at.load());
        } else {
            changed = true;
            writer.append(new RecordBatch(BatchRewriter.empty(batch)));
        }
    }

    /** What takes the group's place; null if it stays as it is. */
    @Nullable
    SegmentReplacement finish() throws IOException {
        if (!changed) {
            writer.discard();
            return null;
        }
        Segment cleaned = writer.finish();
        writer.close();
        return new SegmentReplacement(disk, group, cleaned);
    }

    /** Removes what was written so far. */
    void discard() throws IOException {
        close();
        writer.discard();
    }

    @Override
    public void close() throws IOException {
        if (scan != null) {
            scan.close();
            scan = null;
        }
    }
}
