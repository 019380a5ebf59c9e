package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.LogModel.Batch;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskEvents;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimulatedCrashException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** What comes before is under no checksum. */
    private static final int CHECKSUM_INDEX = 17;

    private static final int LAST_OFFSET_INDEX = 23;

    private final SimRandom random;
    private final Path root;

    /** Null on a real disk: there a crash is only that of the process. */
    private final @Nullable SimDisk disk;

    private final SimClock clock = new SimClock();
    private final Disk anyDisk;
    private final RandomSource chance;
    /** Mostly fewer than the log has segments. */
    private final int openFilesMax;

    private LogConfig config;
    private int mostSegmentBytes;
    private final DiskTrouble trouble;
    private final HistoryTally tally = new HistoryTally();
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
    private boolean truncatedWhileSyncing;
    private long failedSyncsAtStart;
    private long injectedAtStart;

    /** After an operation that was cut short, what was being written may be there or not. */
    private final List<byte[]> perhaps = new ArrayList<>();

    /** A history on a simulated disk, whose troubles the seed chooses. */
    LogSimulation(long seed) {
        this(seed, DiskTrouble.of(seed), new SimDisk(seed ^ 0x5eed), Path.of("/data"));
    }

    /** A history on any disk, in an empty directory. */
    LogSimulation(long seed, DiskTrouble trouble, Disk anyDisk, Path root) {
        this.random = new SimRandom(seed);
        this.root = root;
        this.disk = anyDisk instanceof SimDisk simulated ? simulated : null;
        this.anyDisk = anyDisk;
        this.chance = random.split();
        this.trouble = trouble;
        if (disk != null) {
            trouble.prepare(disk, clock);
        }
        this.config = randomConfig();
        this.mostSegmentBytes = config.segmentBytes();
        this.openFilesMax = random.chance(300) ? OpenFiles.DEFAULT_MAX : 1 + random.nextInt(3);
    }

    private LogConfig randomConfig() {
        return new LogConfig(
                300 + random.nextInt(2000),
                random.chance(300) ? 50 : 1_000_000,
                0,
                random.nextInt(300),
                12 * (2 + random.nextInt(30)),
                TimestampType.CREATE_TIME);
    }

    /** Goes through {@code steps} random operations, and says what happened. */
    HistoryTally run(int steps) throws IOException {
        start();
        for (int i = 0; i < steps; i++) {
            if (disk != null && random.chance(100)) {
                disk.crashAtOperation(1 + random.nextInt(40));
            }
            setFaults(trouble.faults());
            try {
                step();
            } catch (SimulatedCrashException crash) {
                losePower();
            } catch (IOException failed) {
                // The log may fail where the disk has, since it was opened, and nowhere else.
                if (failed instanceof CorruptLogException || injected() == injectedAtStart) {
                    throw failed;
                }
                tally.count("failed and opened again");
                losePower();
            }
        }
        kill();
        tally.count("histories");
        tally.add(model);
        if (disk != null) {
            tally.add(disk.events());
        }
        return tally;
    }

    /** How often the disk has failed on purpose. */
    private long injected() {
        if (disk == null) {
            return 0;
        }
        DiskEvents events = disk.events();
        return DiskTrouble.FAILURES.stream().mapToLong(events::of).sum();
    }

    /** One operation more is one line here. */
    private void step() throws IOException {
        switch (random.nextInt(19)) {
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
            case 17 -> change();
            default -> checks().reads();
        }
    }

    /** What is rarer: a segment is closed early, the settings change, a bit of the log turns over. */
    private void change() throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> log().roll();
            case 1 -> {
                config = randomConfig();
                mostSegmentBytes = Math.max(mostSegmentBytes, config.segmentBytes());
                log().updateConfig(config);
            }
            default -> {
                if (trouble == DiskTrouble.FLIPPED_BITS) {
                    flipBit();
                }
            }
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
        if (!write(current)) {
            perhaps.clear();
            return;
        }
        perhaps.clear();
        staged.forEach(model::append);
        staged.forEach(this::countSequence);
        assertThat(current.view().logEndOffset()).isEqualTo(model.end);
    }

    /** Returns whether there was room. Where there was none, the log takes back what it began and goes on. */
    private boolean write(PartitionLog current) throws IOException {
        SimDisk full = trouble == DiskTrouble.FULL && random.chance(150) ? disk : null;
        if (full == null) {
            current.write();
            return true;
        }
        full.setCapacity(full.usedBytes() + random.nextInt(600));
        try {
            current.write();
            return true;
        } catch (LogFailedException e) {
            if (!e.outOfSpace()) {
                throw e;
            }
            tally.count("writes taken back on a full disk");
            current.takeBackFailedWrite();
            recount();
            assertThat(current.view().logEndOffset()).isEqualTo(model.end);
            return false;
        } finally {
            full.setCapacity(Long.MAX_VALUE);
        }
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
            truncatedWhileSyncing = false;
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
        if (error instanceof NoSuchFileException && truncatedWhileSyncing) {
            tally.count("syncs of what a truncation took away");
            return;
        }
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
            tally.count("deletions of segments");
            if (random.chance(700)) {
                assertThat(deletion.run() || syncing != null)
                        .as("only a sync still uses them")
                        .isTrue();
            }
        }
    }

    private void writeCheckpoints() throws IOException {
        try {
            directory().writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log(), 0)));
        } catch (IOException e) {
            throw new LogFailedException("checkpoint", e);
        }
        durableStart = log().view().logStartOffset();
    }

    private void truncate() throws IOException {
        truncatedWhileSyncing = true;
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
        long wanted = random.chance(300) ? endOfSomeEpoch() : model.end - random.nextInt(20);
        long offset = Math.max(model.start, wanted);
        long boundary = offset >= model.end ? model.end : holdingOrSelf(offset);
        durable = Math.min(durable, boundary);
        durableStart = Math.min(durableStart, boundary);
        log().truncateTo(offset);
        tally.count("truncations");
        model.truncate(boundary);
        model.start = Math.min(model.start, boundary);
        recount();
        assertThat(log().view().logEndOffset()).isEqualTo(model.end);
        assertThat(log().view().logStartOffset()).isEqualTo(model.start);
        checkAll();
    }

    /** Where a leader would tell its follower to cut (KIP-101): the end of one of the last epochs that both know. */
    private long endOfSomeEpoch() {
        List<Integer> known = List.copyOf(model.epochStarts().keySet());
        if (known.isEmpty()) {
            return model.end;
        }
        int epochsBack = random.nextInt(Math.min(3, known.size()));
        tally.count("truncations by epoch");
        return log().view()
                .epochEndOffset(known.get(known.size() - 1 - epochsBack))
                .endOffset();
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
        assertThat(retention.bytes() >= 0 && kept >= retention.bytes() + mostSegmentBytes && durable == model.end)
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
        } catch (IOException e) {
            throw new LogFailedException("close", e);
        }
        tally.count("clean stops");
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
        tally.count("kills");
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
        tally.count("power losses");
        setFaults(DiskFaults.NONE);
        disk.setCapacity(Long.MAX_VALUE);
        disk.losePower();
        start();
        checkAll();
    }

    /** Opens directory and log, and takes over what chance left of what was not durable. */
    private void start() throws IOException {
        setFaults(DiskFaults.NONE);
        injectedAtStart = injected();
        failedSyncsAtStart = disk == null ? 0 : disk.events().of(DiskEvent.FAILED_SYNC);
        openDirectory();
        PartitionLog opened;
        try {
            opened = openLog();
        } catch (CorruptLogException e) {
            // Chance can tear a sector so that it does not look torn; a failed sync leaves anything. What was durable
            // is there.
            assertThat(disk).as(e.getMessage()).isNotNull();
            tally.count("cuts by the operator");
            cutAsAnOperator(e);
            opened = openLog();
        }
        log = opened;
        LogView view = opened.view();
        assertThat(view.logEndOffset()).isGreaterThanOrEqualTo(durable);
        perhaps.forEach(bytes -> model.append(Unpooled.wrappedBuffer(bytes)));
        perhaps.clear();
        assertThat(view.logEndOffset()).isLessThanOrEqualTo(Math.max(model.end, view.logStartOffset()));
        if (view.logEndOffset() < model.end) {
            tally.count("ends lost that were not durable");
        }
        model.truncate(view.logEndOffset());
        if (durable > model.start) {
            // Of a log of which nothing was durable the first segments may be lost and later ones be there.
            assertThat(view.logStartOffset()).isLessThanOrEqualTo(Math.max(model.start, perhapsStart));
        }
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

    /**
     * A bit of a batch turns over while nobody looks. Either the next start finds it and names file and position, or the batch is
     * given out with a checksum that does not fit; the other batches are as they were.
     */
    private void flipBit() throws IOException {
        SimDisk flipped = disk;
        Batch victim = model.batches.isEmpty() ? null : model.batches.get(random.nextInt(model.batches.size()));
        if (flipped == null || victim == null || victim.header.baseOffset() < model.start) {
            return;
        }
        LogView view = log().view();
        int segment = view.segmentOf(victim.header.baseOffset());
        Path file = view.segmentFile(segment).path();
        int position = positionOf(view, segment, victim);
        kill();
        int at = position + CHECKSUM_INDEX + random.nextInt(victim.bytes.length - CHECKSUM_INDEX);
        int bit = random.nextInt(Byte.SIZE);
        byte[] before = flipped.readAll(file);
        flipped.flipBit(file, at, bit);
        directory().close();
        flipped.killProcess();
        openDirectory();
        try {
            log = openLog();
            tally.count(
                    log().view().logEndOffset() == model.end ? "flipped bits left to clients" : "flipped bits cut off");
            if (log().view().logEndOffset() == model.end) {
                checks().onlyDamaged(victim);
            }
        } catch (CorruptLogException e) {
            tally.count("flipped bits found at the start");
            assertThat(e.file()).isEqualTo(file);
            // Where no checksum is looked at, a batch that claims other offsets is noticed at the one after it.
            boolean inOffsets = at - position >= LAST_OFFSET_INDEX && at - position < LAST_OFFSET_INDEX + Integer.BYTES;
            assertThat(e.position()).isBetween((long) position, inOffsets ? Integer.MAX_VALUE : (long) position);
        }
        // Restored from another replica.
        try (DiskFile restored = flipped.openOrCreate(file)) {
            restored.write(0, ByteBuffer.wrap(before));
            restored.sync();
        }
        kill();
    }

    private static int positionOf(LogView view, int segment, Batch batch) throws IOException {
        try (LogReader.Lookup lookup = new LogReader.Lookup(view, segment)) {
            return lookup.positionOf(batch.header.baseOffset());
        }
    }

    /** The sequences that producers must go on with. */
    private void recount() {
        nextSequences.clear();
        model.recentOfProducers()
                .forEach((id, recent) ->
                        nextSequences.put(id, recent.getLast().header.lastSequence() + 1));
    }

    private void checkAll() throws IOException {
        checks().all();
    }

    private LogChecks checks() {
        return new LogChecks(log(), model, random, epoch, config.segmentBytes());
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
