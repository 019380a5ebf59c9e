package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.LogModel.Batch;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimulatedCrashException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One log, opened, used, crashed and opened again as a seed decides. After every start: nothing durable is missing, what is
 * there is a prefix of what was written byte for byte, and epochs, producers, timestamps and positions fit it.
 */
final class LogSimulation {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC = new UUID(1, 2);
    private static final int PRODUCERS = 3;

    private final SimRandom random;
    private final Path root;

    /** Null on a real disk: there a crash is only that of the process. */
    private final @Nullable SimDisk disk;

    private final SimClock clock = new SimClock();
    private final Disk anyDisk;
    private final RandomSource chance;
    /** Mostly fewer than the log has segments. */
    private final int openFilesMax;

    private final LogConfig config;
    private final DiskFaults faults;
    private final LogModel model = new LogModel();
    private final Map<Long, Integer> nextSequences = new TreeMap<>();

    private @Nullable LogDirectory directory;
    private @Nullable PartitionLog log;
    private int epoch = 1;
    private long durable;
    /** No crash may bring back what is below. */
    private long durableStart;
    /** Where the log may begin if a truncation was cut short. */
    private long perhapsStart;

    private @Nullable SyncRequest syncing;
    private long failedSyncsAtStart;

    /** After an operation that was cut short, what was being written may be there or not. */
    private final List<byte[]> perhaps = new ArrayList<>();

    /** A history on a simulated disk. */
    LogSimulation(long seed, DiskFaults faults) {
        this(seed, faults, new SimDisk(seed ^ 0x5eed), Path.of("/data"));
    }

    /** A history on any disk, in an empty directory. */
    LogSimulation(long seed, DiskFaults faults, Disk anyDisk, Path root) {
        this.random = new SimRandom(seed);
        this.root = root;
        this.disk = anyDisk instanceof SimDisk simulated ? simulated : null;
        this.anyDisk = anyDisk;
        this.chance = random.split();
        this.faults = faults;
        this.config = new LogConfig(
                300 + random.nextInt(2000),
                random.chance(300) ? 50 : 1_000_000,
                0,
                random.nextInt(300),
                12 * (2 + random.nextInt(30)),
                TimestampType.CREATE_TIME);
        this.openFilesMax = random.chance(300) ? OpenFiles.DEFAULT_MAX : 1 + random.nextInt(3);
    }

    /** Goes through {@code steps} random operations. */
    void run(int steps) throws IOException {
        history(steps);
    }

    private void history(int steps) throws IOException {
        start();
        for (int i = 0; i < steps; i++) {
            if (disk != null && random.chance(100)) {
                disk.crashAtOperation(1 + random.nextInt(40));
            }
            setFaults(faults);
            try {
                step();
            } catch (SimulatedCrashException crash) {
                losePower();
            } catch (LogFailedException failed) {
                setFaults(DiskFaults.NONE);
                losePower();
            }
        }
        setFaults(DiskFaults.NONE);
        kill();
    }

    private void step() throws IOException {
        switch (random.nextInt(18)) {
            case 0, 1, 2, 3, 4, 5 -> append();
            case 6, 7 -> beginSync();
            case 8, 9 -> endSync();
            case 10 -> checkpoint();
            case 11 -> truncate();
            case 12 -> advanceStart();
            case 13 -> {
                newEpoch();
                rest();
            }
            case 14 -> restart();
            case 15 -> retain();
            case 16 -> deleteFiles();
            default -> checkReads();
        }
    }

    private void restart() throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> losePower();
            case 1 -> kill();
            default -> closeCleanly();
        }
    }

    private void append() throws IOException {
        PartitionLog current = log();
        int count = 1 + random.nextInt(4);
        List<ByteBuf> staged = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ByteBuf batch = nextBatch();
            StageResult result = current.stage(batch, epoch, AppendOrigin.CLIENT);
            if (result instanceof Staged) {
                staged.add(batch);
                perhaps.add(toArray(batch));
            } else {
                assertThat(batch.readableBytes()).as(result.toString()).isGreaterThan(config.segmentBytes());
            }
        }
        current.write();
        perhaps.clear();
        staged.forEach(model::append);
        staged.forEach(this::countSequence);
        assertThat(current.view().logEndOffset()).isEqualTo(model.end);
    }

    private ByteBuf nextBatch() {
        CompressionType type = random.chance(900) ? CompressionType.NONE : CompressionType.GZIP;
        RecordBatchBuilder builder = new RecordBatchBuilder(type);
        int count = 1 + random.nextInt(5);
        if (random.chance(500)) {
            long id = random.nextInt(PRODUCERS);
            int sequence = pendingSequence(id);
            builder.producer(id, (short) 0, sequence);
        }
        clock.advance(Duration.ofMillis(random.nextInt(30)));
        long timestamp = clock.wallMillis() - random.nextInt(100);
        return Batches.fill(builder, count, timestamp, random.nextInt(120)).build();
    }

    /** The next sequence of a producer, batches that are staged but not written included. */
    private int pendingSequence(long id) {
        int next = nextSequences.getOrDefault(id, 0);
        for (byte[] bytes : perhaps) {
            RecordBatch batch = new RecordBatch(Unpooled.wrappedBuffer(bytes));
            if (batch.producerId() == id) {
                next = batch.lastSequence() + 1;
            }
        }
        return next;
    }

    private void countSequence(ByteBuf batch) {
        RecordBatch header = new RecordBatch(batch);
        if (header.hasProducerId()) {
            nextSequences.put(header.producerId(), header.lastSequence() + 1);
        }
    }

    private void beginSync() throws IOException {
        if (syncing == null) {
            syncing = log().captureSync();
        }
    }

    private void endSync() throws IOException {
        SyncRequest request = syncing;
        if (request == null) {
            return;
        }
        syncing = null;
        run(request);
    }

    private void run(SyncRequest request) throws IOException {
        IOException error = null;
        try {
            request.run();
        } catch (IOException e) {
            error = e;
        }
        durable = log().completeSync(request, error);
        if (error != null) {
            throw new LogFailedException("sync", error);
        }
        assertThat(durable).isLessThanOrEqualTo(model.end);
    }

    private void checkpoint() throws IOException {
        endSync();
        SyncRequest request = log().captureCheckpoint();
        assertThat(request).isNotNull();
        if (request != null) {
            run(request);
        }
        assertThat(log().recoveryPoint()).isEqualTo(log().durableEndOffset()).isEqualTo(model.end);
        writeCheckpoints();
        deleteFiles();
    }

    /** A log begins later only once that is durable. */
    private void raiseStart(long offset) throws IOException {
        perhapsStart = Math.max(model.start, offset);
        try {
            directory().raiseLogStarts(Map.of(PARTITION, offset));
        } catch (IOException e) {
            throw new LogFailedException("log start", e);
        }
        durableStart = Math.max(durableStart, offset);
    }

    private void deleteFiles() throws IOException {
        SegmentDeletion deletion = log().takeDeletion();
        if (deletion != null) {
            deletion.rename();
            if (random.chance(700)) {
                assertThat(deletion.run() || syncing != null)
                        .as("only a sync still uses them")
                        .isTrue();
            }
        }
    }

    private void writeCheckpoints() throws IOException {
        try {
            directory().writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log())));
        } catch (IOException e) {
            throw new LogFailedException("checkpoint", e);
        }
        durableStart = log().view().logStartOffset();
    }

    private void truncate() throws IOException {
        if (random.chance(200)) {
            long from = random.nextInt((int) model.end + 50);
            durable = 0;
            durableStart = 0;
            perhapsStart = from;
            log().truncateFullyAndStartAt(from);
            perhapsStart = 0;
            model.batches.clear();
            model.start = from;
            model.end = from;
            durable = from;
            recount();
            return;
        }
        long back = random.nextInt(20);
        long offset = Math.max(model.start, model.end - back);
        long boundary = offset >= model.end ? model.end : holdingOrSelf(offset);
        durable = Math.min(durable, boundary);
        durableStart = Math.min(durableStart, boundary);
        log().truncateTo(offset);
        model.truncate(boundary);
        model.start = Math.min(model.start, boundary);
        recount();
        assertThat(log().view().logEndOffset()).isEqualTo(model.end);
        assertThat(log().view().logStartOffset()).isEqualTo(model.start);
        checkAll();
    }

    /** The offset itself where a batch begins, else the start of the batch that holds it. */
    private long holdingOrSelf(long offset) {
        for (Batch batch : model.batches) {
            if (batch.header.baseOffset() <= offset && batch.header.lastOffset() >= offset) {
                return batch.header.baseOffset();
            }
        }
        return offset;
    }

    private void advanceStart() throws IOException {
        if (model.end == model.start) {
            return;
        }
        long offset = model.start + random.nextInt((int) (model.end - model.start) + 1);
        raiseStart(offset);
        log().advanceLogStart(offset);
        perhapsStart = 0;
        model.start = offset;
    }

    /** Lets go what chance calls too old or too much. */
    private void retain() throws IOException {
        RetentionConfig retention = new RetentionConfig(
                true,
                random.chance(500) ? random.nextInt(300) : RetentionConfig.UNLIMITED,
                random.chance(500) ? random.nextInt(4 * config.segmentBytes()) : RetentionConfig.UNLIMITED,
                0);
        long offset = log().view().firstKept(retention, durable, clock.wallMillis());
        raiseStart(offset);
        log().dropSegmentsBefore(offset);
        model.start = perhapsStart;
        perhapsStart = 0;
        assertThat(log().view().logStartOffset()).isEqualTo(model.start);
        assertThat(offset).isLessThanOrEqualTo(Math.max(durable, log().view().segmentBaseOffset(0)));
        long kept = log().view().sizeInBytes();
        assertThat(retention.bytes() >= 0 && kept >= retention.bytes() + config.segmentBytes() && durable == model.end)
                .as("%s bytes kept under %s", kept, retention)
                .isFalse();
    }

    private void newEpoch() throws IOException {
        epoch++;
        log().assignEpochStart(epoch, model.end);
    }

    private void rest() throws IOException {
        log().restIfUnused();
        log().restIfUnused();
        assertThat(log().view().holdsIndexes()).isFalse();
        if (random.chance(500)) {
            checkAll();
        }
    }

    private void closeCleanly() throws IOException {
        endSync();
        PartitionLog closing = log();
        try {
            closing.close(true);
            writeCheckpoints();
            directory().markCleanShutdown(3);
            directory().close();
        } catch (DiskFullException e) {
            throw e;
        } catch (IOException e) {
            throw new LogFailedException("close", e);
        }
        durable = model.end;
        setFaults(DiskFaults.NONE);
        if (disk != null && random.chance(500)) {
            disk.losePower();
        }
        start();
        assertThat(directory().cleanShutdownEpoch()).hasValue(3);
        assertThat(log().view().logEndOffset()).isEqualTo(model.end);
        assertThat(log().view().logStartOffset()).isEqualTo(model.start);
        checkAll();
    }

    private void kill() throws IOException {
        if (disk != null && disk.events().of(DiskEvent.FAILED_SYNC) > failedSyncsAtStart) {
            // The page cache shows what the medium lacks: only a machine that starts anew sees that.
            losePower();
            return;
        }
        syncing = null;
        setFaults(DiskFaults.NONE);
        directory().close();
        if (disk != null) {
            disk.killProcess();
        }
        start();
        assertThat(log().view().logEndOffset()).isEqualTo(model.end);
        checkAll();
    }

    private void losePower() throws IOException {
        if (disk == null) {
            kill();
            return;
        }
        syncing = null;
        disk.losePower();
        start();
        checkAll();
    }

    /** Opens directory and log, and takes over what chance left of what was not durable. */
    private void start() throws IOException {
        setFaults(DiskFaults.NONE);
        failedSyncsAtStart = disk == null ? 0 : disk.events().of(DiskEvent.FAILED_SYNC);
        openDirectory();
        PartitionLog opened;
        try {
            opened = openLog();
        } catch (CorruptLogException e) {
            // Chance can tear a sector so that it does not look torn; a failed sync leaves anything. What was durable
            // is there.
            assertThat(disk).as(e.getMessage()).isNotNull();
            cutAsAnOperator(e);
            opened = openLog();
        }
        log = opened;
        LogView view = opened.view();
        assertThat(view.logEndOffset()).isGreaterThanOrEqualTo(durable);
        perhaps.forEach(bytes -> model.append(Unpooled.wrappedBuffer(bytes)));
        perhaps.clear();
        assertThat(view.logEndOffset()).isLessThanOrEqualTo(Math.max(model.end, view.logStartOffset()));
        model.truncate(view.logEndOffset());
        assertThat(view.logStartOffset()).isLessThanOrEqualTo(Math.max(model.start, perhapsStart));
        perhapsStart = 0;
        assertThat(view.logStartOffset()).isGreaterThanOrEqualTo(durableStart);
        model.start = view.logStartOffset();
        epoch = Math.max(epoch, view.latestEpoch()) + 1;
        recount();
    }

    private void openDirectory() throws IOException {
        LogEnvironment environment = new LogEnvironment(anyDisk, clock, chance, new OpenFiles(openFilesMax));
        directory = LogDirectory.open(environment, root);
    }

    private PartitionLog openLog() throws IOException {
        return directory().openLog(PARTITION, TOPIC, config, new ProducerStateConfig(Long.MAX_VALUE, 100));
    }

    /** What the documentation tells an operator to do who has no replica to restore the partition from. */
    private void cutAsAnOperator(CorruptLogException e) throws IOException {
        directory().close();
        try (DiskFile file = anyDisk.openOrCreate(e.file())) {
            file.truncate(e.position());
            file.sync();
        }
        anyDisk.deleteIfExists(root.resolve("recovery-point-offset-checkpoint"));
        anyDisk.syncDirectory(root);
        openDirectory();
    }

    /** The sequences that producers must go on with. */
    private void recount() {
        nextSequences.clear();
        model.recentOfProducers()
                .forEach((id, recent) ->
                        nextSequences.put(id, recent.getLast().header.lastSequence() + 1));
    }

    private void checkAll() throws IOException {
        checkReads();
        checkContent();
        checkEpochs();
        checkTimestamps();
        checkProducers();
    }

    private void checkContent() throws IOException {
        LogView view = log().view();
        long offset = view.logStartOffset();
        for (Batch batch : model.batches) {
            if (batch.header.lastOffset() < offset) {
                continue;
            }
            byte[] read = read(offset, view.logEndOffset(), 1);
            assertThat(read).isEqualTo(batch.bytes);
            offset = batch.header.nextOffset();
        }
        assertThat(offset).isEqualTo(Math.max(view.logStartOffset(), view.logEndOffset()));
    }

    private void checkReads() throws IOException {
        LogView view = log().view();
        if (view.logEndOffset() == view.logStartOffset()) {
            return;
        }
        long span = view.logEndOffset() - view.logStartOffset();
        long from = view.logStartOffset() + random.nextInt((int) span);
        long upper = from + random.nextInt((int) (view.logEndOffset() - from) + 1);
        int maxBytes = random.nextInt(3 * config.segmentBytes());
        byte[] read = read(from, upper, maxBytes);
        int at = 0;
        for (Batch batch : model.batches) {
            if (batch.header.lastOffset() >= from && at < read.length) {
                assertThat(batch.header.lastOffset()).isLessThan(upper);
                byte[] part = Arrays.copyOfRange(read, at, at + batch.bytes.length);
                assertThat(part).isEqualTo(batch.bytes);
                at += batch.bytes.length;
            }
        }
        assertThat(at).isEqualTo(read.length);
        boolean firstFits = model.batches.stream()
                .anyMatch(b -> b.header.baseOffset() <= from
                        && b.header.lastOffset() >= from
                        && b.header.lastOffset() < upper);
        assertThat(read.length > 0).isEqualTo(firstFits);
    }

    private byte[] read(long from, long upper, int maxBytes) throws IOException {
        ReadResult result = log().read(log().view(), from, upper, maxBytes, true);
        FileRecords records = ((FetchSlice) result).records();
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.readInto(bytes);
        records.release();
        return bytes.array();
    }

    private void checkEpochs() throws IOException {
        LogView view = log().view();
        NavigableMap<Integer, Long> starts = model.epochStarts();
        starts.forEach((batchEpoch, start) -> {
            assertThat(view.epochOf(start)).as("%s in %s", start, view.epochs()).isEqualTo(batchEpoch);
            Map.Entry<Integer, Long> higher = starts.higherEntry(batchEpoch);
            long end = higher == null ? view.logEndOffset() : higher.getValue();
            EpochEnd found = view.epochEndOffset(batchEpoch);
            assertThat(found.epoch()).isEqualTo(batchEpoch);
            assertThat(found.endOffset()).isEqualTo(end);
        });
    }

    private void checkTimestamps() throws IOException {
        long timestamp = clock.wallMillis() - random.nextInt(1000);
        LogView view = log().view();
        try {
            assertThat(log().offsetForTimestamp(view, timestamp, view.logEndOffset()))
                    .isEqualTo(model.firstAtOrAfter(timestamp));
        } catch (InvalidRecordsException e) {
            throw new AssertionError(e);
        }
    }

    private void checkProducers() throws IOException {
        for (Deque<Batch> recent : model.recentOfProducers().values()) {
            for (Batch batch : recent) {
                if (batch.header.baseOffset() >= model.start) {
                    StageResult result = log().stage(Unpooled.copiedBuffer(batch.bytes), epoch, AppendOrigin.CLIENT);
                    assertThat(result)
                            .isEqualTo(new Duplicate(batch.header.baseOffset(), batch.header.lastOffset(), -1));
                }
            }
        }
    }

    private static byte[] toArray(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }

    private void setFaults(DiskFaults newFaults) {
        if (disk != null) {
            disk.setFaults(newFaults);
        }
    }

    private PartitionLog log() {
        PartitionLog current = log;
        if (current == null) {
            throw new IllegalStateException("no log is open");
        }
        return current;
    }

    private LogDirectory directory() {
        LogDirectory current = directory;
        if (current == null) {
            throw new IllegalStateException("no directory is open");
        }
        return current;
    }
}
