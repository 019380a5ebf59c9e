package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What waits for a log's next write: one group of batches for each segment it goes to. Belongs to the partition's owner. */
final class StagedBatches {

    private final Disk disk;
    private final Path directory;
    private final List<StagedGroup> groups = new ArrayList<>();

    StagedBatches(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    /** Begins a new segment; {@code producerSnapshot} is the state of the producers before it. */
    void beginSegment(ActiveSegment segment, byte[] producerSnapshot) {
        groups.add(new StagedGroup(segment, producerSnapshot));
    }

    /** Retains a batch that goes to the end of {@code active}. */
    void add(ActiveSegment active, ByteBuf batch) {
        if (groups.isEmpty()) {
            groups.add(new StagedGroup(active, null));
        }
        groups.get(groups.size() - 1).add(batch);
    }

    /**
     * Writes everything, closing segments on the way; returns the closed segments.
     *
     * @param closed those closed so far
     * @param current the segment that was active before anything was staged
     */
    Segment[] write(Segment[] closed, ActiveSegment current, SyncState sync) throws IOException {
        Segment[] segments = closed;
        ActiveSegment last = current;
        for (StagedGroup group : groups) {
            if (group.segment() != last) {
                segments = withClosed(segments, last, group, sync);
                last = group.segment();
            }
            group.write();
        }
        return segments;
    }

    private Segment[] withClosed(Segment[] segments, ActiveSegment last, StagedGroup next, SyncState sync)
            throws IOException {
        Segment segment = last.close();
        next.segment().begin();
        byte[] snapshot = next.producerSnapshot();
        if (snapshot != null) {
            ProducerReplay.write(disk, directory, next.segment().baseOffset(), snapshot);
        }
        sync.rolled(segment);
        Segment[] grown = Arrays.copyOf(segments, segments.length + 1);
        grown[segments.length] = segment;
        return grown;
    }

    /** The segments that come after {@code current}. */
    List<ActiveSegment> begun(ActiveSegment current) {
        return groups.stream()
                .map(StagedGroup::segment)
                .filter(segment -> segment != current)
                .toList();
    }

    /** Lets go of all buffers. */
    void release() {
        groups.forEach(StagedGroup::release);
        groups.clear();
    }
}
