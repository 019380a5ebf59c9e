package io.rowlock.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.AppendOrigin;
import io.rowlock.log.CleanableLog;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.CompactionStats;
import io.rowlock.log.LogCompaction;
import io.rowlock.log.LogConfig;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import io.rowlock.log.LogView;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.SegmentReplacement;
import io.rowlock.log.StageResult;
import io.rowlock.log.SyncRequest;
import io.rowlock.log.TopicPartition;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.KeyHash;
import io.rowlock.log.compaction.OffsetMap;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.RecordReader;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/** Writes a log of keyed records, compacts it once, and compares what is left with what was written, key for key. */
final class CompactLog {
    static final String USAGE = """
            compact           writes a log straight to disk, compacts it, and compares it key for key
              --gigabytes x   how much to write (default 1)
              --keys n        how many keys there are (default 500000)
            """;

    private static final int VALUE_BYTES = 1000;
    private static final int RECORDS_PER_BATCH = 16;
    private static final int BATCHES_PER_WRITE = 64;
    private static final int SEGMENT_BYTES = 128 << 20;
    private static final int STEP_BYTES = 1 << 20;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long MAP_BYTES = 128L << 20;
    private static final TopicPartition PARTITION = new TopicPartition("compacted", 0);

    private final LogEnvironment environment =
            new LogEnvironment(new RealDisk(), new SystemClock(), new SystemRandom());
    private final SplittableRandom random = new SplittableRandom(1);
    private final long records;
    private final byte[] noise = new byte[1 << 20];

    /** The offset at which each key was written last. */
    private final long[] last;

    private CompactLog(long records, int keys) {
        this.records = records;
        this.last = new long[keys];
        Arrays.fill(last, -1);
        random.nextBytes(noise);
    }

    static void run(String... arguments) throws IOException {
        NumberOptions options = NumberOptions.parse(Map.of("--gigabytes", 1.0, "--keys", 500_000.0), arguments);
        long records = (long) (options.number("--gigabytes") * (1L << 30) / (VALUE_BYTES + 24));
        Path root = Files.createTempDirectory("rowlock-compact");
        try {
            new CompactLog(records, options.whole("--keys")).measure(root);
        } catch (InvalidRecordsException e) {
            throw new IOException("the log holds what cannot be read", e);
        } finally {
            ServerProcess.deleteTree(root);
        }
    }

    private void measure(Path root) throws IOException, InvalidRecordsException {
        try (LogDirectory directory = LogDirectory.open(environment, root)) {
            LogConfig config =
                    new LogConfig(SEGMENT_BYTES, Long.MAX_VALUE, 0, 4096, 10 << 20, TimestampType.CREATE_TIME);
            PartitionLog log =
                    directory.openLog(PARTITION, new UUID(1, 1), config, new ProducerStateConfig(60_000, 100));
            long begin = System.nanoTime();
            write(log);
            System.out.printf("written: %s in %.1f s%n", describe(log.view()), seconds(begin));
            compact(directory, log);
            begin = System.nanoTime();
            compare(log);
            System.out.printf("compared key for key: %,d keys, all right, in %.1f s%n", last.length, seconds(begin));
            log.close(true);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static String describe(LogView view) {
        return "%.2f GB in %d segments, offsets up to %,d"
                .formatted(view.sizeInBytes() / 1e9, view.segmentCount(), view.logEndOffset());
    }

    private void write(PartitionLog log) throws IOException {
        long offset = 0;
        for (int batches = 1; offset < records; batches++) {
            RecordBatchBuilder batch = new RecordBatchBuilder(CompressionType.NONE);
            for (int i = 0; i < RECORDS_PER_BATCH; i++) {
                int key = random.nextInt(last.length);
                last[key] = offset;
                batch.add(offset, ByteBuffer.allocate(8).putLong(key).array(), value(offset));
                offset++;
            }
            ByteBuf bytes = batch.build();
            StageResult staged = log.stage(bytes, 1, AppendOrigin.CLIENT);
            bytes.release();
            if (!(staged instanceof StageResult.Staged)) {
                throw new IOException("not staged but " + staged);
            }
            if (batches % BATCHES_PER_WRITE == 0) {
                log.write();
            }
        }
        log.write();
        SyncRequest sync = log.captureCheckpoint();
        if (sync != null) {
            sync.run();
            log.completeSync(sync, null);
        }
    }

    private byte[] value(long offset) {
        byte[] value = new byte[VALUE_BYTES];
        System.arraycopy(noise, (int) (offset * 31 % (noise.length - VALUE_BYTES)), value, 0, VALUE_BYTES);
        return ByteBuffer.wrap(value).putLong(offset).array();
    }

    private void compact(LogDirectory directory, PartitionLog log) throws IOException {
        CompactionConfig config = CompactionConfig.DEFAULT;
        OffsetMap offsets = new OffsetMap(MAP_BYTES, 0.9, new KeyHash(random.nextLong(), random.nextLong()));
        CompactionInput input = log.captureCompaction();
        var range = CleanableLog.range(
                input.view(), 0, log.recoveryPoint(), environment.clock().wallMillis(), config);
        LogCompaction compaction = directory.compaction(input, range, config, offsets, BUFFER_BYTES);
        long begin = System.nanoTime();
        LogCompaction.Step step = compaction.step(STEP_BYTES);
        while (!step.done()) {
            SegmentReplacement replacement = step.replacement();
            if (replacement != null) {
                replace(log, replacement);
            }
            step = compaction.step(STEP_BYTES);
        }
        double took = seconds(begin);
        compaction.close();
        report(log, compaction.stats(), compaction.cleanedUntil(), took);
    }

    private static void replace(PartitionLog log, SegmentReplacement replacement) throws IOException {
        if (!log.beginReplacement(replacement)) {
            throw new IOException("the segments left the log");
        }
        replacement.commit();
        log.publishReplacement(replacement);
        replacement.settle();
        log.endReplacement();
        SegmentDeletion old = log.takeDeletion();
        if (old != null) {
            old.run();
        }
    }

    private static void report(PartitionLog log, CompactionStats stats, long until, double took) {
        System.out.printf("compacted up to offset %,d in %.1f s: %s%n", until, took, describe(log.view()));
        System.out.printf(
                "  %.0f MB/s of dirty log; %,.0f MB looked at for keys, %,.0f MB read, %,.0f MB written%n",
                stats.bytesMapped() / 1e6 / took,
                stats.bytesMapped() / 1e6,
                stats.bytesRead() / 1e6,
                stats.bytesWritten() / 1e6);
        System.out.printf(
                "  %,d records removed, %,d kept; memory for keys at most %.1f MB, for buffers %.1f MB%n",
                stats.recordsRemoved(), stats.recordsKept(), stats.mapBytes() / 1e6, 2 * BUFFER_BYTES / 1e6);
    }

    private void compare(PartitionLog log) throws IOException, InvalidRecordsException {
        long[] found = new long[last.length];
        Arrays.fill(found, -1);
        LogView view = log.view();
        ByteBuffer bytes = ByteBuffer.allocate(8 << 20);
        for (long offset = view.logStartOffset(); offset < view.logEndOffset(); ) {
            FetchSlice slice = (FetchSlice) log.read(view, offset, Long.MAX_VALUE, bytes.capacity(), true);
            bytes.clear();
            slice.records().readInto(bytes);
            slice.records().release();
            ByteBuf all = Unpooled.wrappedBuffer(bytes.flip());
            for (int at = 0; at < all.writerIndex(); ) {
                RecordBatch batch = new RecordBatch(all, at);
                take(batch, found);
                at += batch.sizeInBytes();
                offset = batch.nextOffset();
            }
        }
        for (int key = 0; key < last.length; key++) {
            if (found[key] != last[key]) {
                throw new IOException("key " + key + " was last written at " + last[key] + ", found " + found[key]);
            }
        }
    }

    private void take(RecordBatch batch, long[] found) throws IOException, InvalidRecordsException {
        try (RecordReader reader = RecordReader.open(batch, 1 << 30)) {
            while (reader.next()) {
                ByteBuf key = reader.key();
                ByteBuf value = reader.value();
                if (key == null || value == null || !value.equals(Unpooled.wrappedBuffer(value(reader.offset())))) {
                    throw new IOException("another record than was written at offset " + reader.offset());
                }
                found[(int) key.getLong(key.readerIndex())] = reader.offset();
            }
        }
    }
}
