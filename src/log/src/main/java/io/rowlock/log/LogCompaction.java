package io.rowlock.log;

import io.rowlock.log.compaction.BatchRetention;
import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.ClosedSegment;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.OffsetMap;
import io.rowlock.log.compaction.SegmentGroups;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One compaction of one log, in steps between which its thread may pause or stop: first the dirty records are looked at for
 * their keys, then the segments are written anew, group by group. For one thread at a time, one that may block.
 *
 * <p>A step throws {@link CorruptLogException} or {@link UncleanableLogException} where trying again does not help, {@link
 * CompactionEndedException} if the segments have left the log, {@link DiskFullException} if there is no room.
 */
public final class LogCompaction {

    /** More than any batch holds in practice; it keeps a batch that was made to grow from filling the heap. */
    static final long PLAIN_BYTES_MAX = 1L << 30;

    /**
     * What a step did.
     *
     * @param bytes how many bytes it read and wrote
     * @param replacement to be carried out before the next step; null if there is none
     * @param done whether this was the last step
     */
    public record Step(long bytes, @Nullable SegmentReplacement replacement, boolean done) {}

    private final LogEnvironment environment;
    private final Disk disk;
    private final CompactionInput input;
    private final CompactionConfig config;
    private final OffsetMap offsets;
    private final long from;
    private final KeyMapping mapping;
    private final long nowMillis;
    private final int bufferBytes;
    private final CompactionStats stats = new CompactionStats();

    private @Nullable BatchRetention retention;
    private List<List<Segment>> groups = List.of();
    private int nextGroup;
    private @Nullable GroupCleaning cleaning;

    /**
     * Prepares to clean {@code range} of what {@code input} shows.
     *
     * @param offsets empty
     * @param bufferBytes of each of the two buffers for reading and writing, which grow for larger batches
     */
    public LogCompaction(
            LogEnvironment environment,
            CompactionInput input,
            CleanableRange range,
            CompactionConfig config,
            OffsetMap offsets,
            int bufferBytes) {
        this.environment = environment;
        this.disk = environment.disk();
        this.input = input;
        this.config = config;
        this.offsets = offsets;
        this.nowMillis = environment.clock().wallMillis();
        this.bufferBytes = bufferBytes;
        this.from = range.from();
        long until = Math.min(range.until(), input.undecidedFrom());
        CleanableRange decided = new CleanableRange(
                range.from(), Math.max(range.from(), until), range.cleanBytes(), range.dirtyBytes(), range.overdue());
        this.mapping = new KeyMapping(segments(range.from(), range.until()), decided, offsets, bufferBytes);
    }

    /** The closed segments with offsets from {@code from} up to {@code until}. */
    private List<Segment> segments(long from, long until) {
        LogView view = input.view();
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < view.closed().length; i++) {
            if (view.segmentEndOffset(i) > from && view.segmentBaseOffset(i) < until) {
                segments.add(view.closed()[i]);
            }
        }
        return segments;
    }

    /** Does the work of about {@code bytes} more bytes. */
    public Step step(int bytes) throws IOException {
        if (!mapping.isDone()) {
            long mapped = mapping.step(bytes);
            stats.mapped(mapped, offsets.bytes());
            return new Step(mapped, null, false);
        }
        BatchRetention decisions = retention;
        if (decisions == null) {
            decisions = plan();
            retention = decisions;
        }
        GroupCleaning group = cleaning;
        if (group == null) {
            if (nextGroup == groups.size()) {
                return new Step(0, null, true);
            }
            group = begin(groups.get(nextGroup++), decisions);
            cleaning = group;
        }
        long moved = group.step(bytes);
        if (!group.isDone()) {
            return new Step(moved, null, false);
        }
        SegmentReplacement replacement = group.finish();
        cleaning = null;
        return new Step(moved, replacement, false);
    }

    private BatchRetention plan() {
        LogView view = input.view();
        // Where nothing new was mapped there is nothing to do yet.
        List<Segment> all = mapping.mappedUntil() > from ? segments(0, mapping.mappedUntil()) : List.of();
        List<ClosedSegment> described = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            described.add(new ClosedSegment(
                    all.get(i).baseOffset(),
                    view.segmentEndOffset(i),
                    all.get(i).size(),
                    -1,
                    -1));
        }
        LogConfig log = input.config();
        groups = new ArrayList<>();
        int first = 0;
        for (int count :
                SegmentGroups.of(described, log.segmentBytes(), log.indexIntervalBytes(), log.indexMaxBytes())) {
            groups.add(all.subList(first, first + count));
            first += count;
        }
        return new BatchRetention(offsets, mapping.mappedUntil(), mapping.transactions(), input.producers(), nowMillis);
    }

    private GroupCleaning begin(List<Segment> group, BatchRetention decisions) throws IOException {
        long needed = group.stream().mapToLong(Segment::size).sum();
        if (disk.usableBytes(input.directory()) < needed) {
            throw new DiskFullException("compaction needs room for " + needed + " bytes", null);
        }
        long base = group.get(0).baseOffset();
        CleanedSegmentWriter writer = new CleanedSegmentWriter(
                environment, input.directory(), base, input.config().indexIntervalBytes(), bufferBytes);
        long horizon = saturatedSum(nowMillis, config.deleteRetentionMillis());
        return new GroupCleaning(disk, group, decisions, writer, stats, horizon, bufferBytes);
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** Where the log is clean up to, once the last step is done. */
    public long cleanedUntil() {
        return mapping.mappedUntil();
    }

    public CompactionStats stats() {
        return stats;
    }

    /** Lets go of files, and removes what is half-written. */
    public void close() throws IOException {
        mapping.close();
        if (cleaning != null) {
            cleaning.discard();
            cleaning = null;
        }
    }
}
