package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.CompactionModel.Written;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimulatedCrashException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One compacted log: written to, compacted in steps between which other things happen, crashed at any operation of the disk and
 * opened again, as a seed decides. After each compaction and each start it is compared, record for record, with what was
 * written and the rules of Kafka.
 */
final class CompactionSimulation {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC = new UUID(1, 2);
    private static final List<CompressionType> CODECS = List.of(CompressionType.values());
    private static final long DELETE_RETENTION = 1000;

    private final SimRandom random;
    private final SimDisk disk;
    private final SimClock clock = new SimClock();
    private final LogEnvironment environment;
    private final LogConfig config;
    private final int keys;
    private final long mapBytes;
    private final CompactionModel model = new CompactionModel();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private final Map<Long, Long> lastOffsets = new HashMap<>();

    private @Nullable LogDirectory directory;
    private @Nullable PartitionLog log;
    private @Nullable CompactionRun run;
    private long durable;
    private long nextProducer = 1;
    private int compactions;
    private int crashes;

    CompactionSimulation(long seed) {
        random = new SimRandom(seed);
        disk = new SimDisk(seed ^ 0x5eed);
        environment = new LogEnvironment(disk, clock, random.split());
        config = new LogConfig(
                300 + random.nextInt(1500),
                1_000_000,
                0,
                random.nextInt(300),
                12 * (3 + random.nextInt(60)),
                random.chance(200) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME);
        keys = 1 + random.nextInt(20);
        mapBytes = random.chance(300) ? 64 * 24 * (3 + random.nextInt(3)) : 1 << 20;
    }

    int compactions() {
        return compactions;
    }

    int crashes() {
        return crashes;
    }

    void run(int steps) throws IOException, InvalidRecordsException {
        start();
        for (int i = 0; i < steps; i++) {
            if (random.chance(150)) {
                disk.crashAtOperation(1 + random.nextInt(60));
            }
            try {
                step();
            } catch (SimulatedCrashException | LogFailedException crash) {
                crash();
            }
        }
        disk.crashAtOperation(Long.MAX_VALUE);
        if (run != null) {
            finish(run);
        }
        check();
    }

    private PartitionLog log() {
        return Objects.requireNonNull(log);
    }

    private void start() throws IOException, InvalidRecordsException {
        LogDirectory opened = LogDirectory.open(environment, Path.of("/data"));
        directory = opened;
        PartitionLog next = opened.openLog(PARTITION, TOPIC, config, new ProducerStateConfig(1_000_000, 100));
        log = next;
        assertThat(next.view().logEndOffset()).as("the durable end").isGreaterThanOrEqualTo(durable);
        model.cut(next.view().logEndOffset());
        for (String name : disk.list(next.directory())) {
            assertThat(name).doesNotEndWith(".cleaned").doesNotEndWith(".swap").doesNotEndWith(".deleted");
        }
        check();
        continueProducers();
        sync();
    }

    /** What came last of each producer is known again, so that only the next sequence is taken. */
    private void continueProducers() throws IOException, InvalidRecordsException {
        for (long id : List.copyOf(sequences.keySet())) {
            if (lastOffsets.getOrDefault(id, -1L) < log().view().logStartOffset()) {
                continue;
            }
            int next = Objects.requireNonNull(sequences.get(id));
            StageResult repeated = log().stage(producerBatch(id, next + 3), 1, AppendOrigin.CLIENT);
            assertThat(repeated).as("a gap of producer %d", id).isInstanceOf(StageResult.Rejected.class);
        }
    }

    private ByteBuf producerBatch(long id, int sequence) {
        return new RecordBatchBuilder(CompressionType.NONE)
                .producer(id, (short) 0, sequence)
                .add(clock.wallMillis(), key(), null)
                .build();
    }

    private void crash() throws IOException, InvalidRecordsException {
        run = null;
        // The producers whose last batches may be lost begin anew: what this is about is what compaction takes.
        sequences.clear();
        nextProducer += 10;
        while (true) {
            crashes++;
            disk.losePower();
            if (random.chance(300)) {
                disk.crashAtOperation(1 + random.nextInt(60));
            }
            try {
                start();
                return;
            } catch (SimulatedCrashException | LogFailedException again) {
                // In the middle of the recovery: the next one must cope with that as well.
                assertThat(again).isNotNull();
            }
        }
    }

    private void step() throws IOException, InvalidRecordsException {
        int choice = random.nextInt(100);
        if (choice < 50) {
            append();
        } else if (choice < 60) {
            sync();
        } else if (choice < 85) {
            compact();
        } else if (choice < 88) {
            clock.advance(Duration.ofMillis(1 + random.nextInt(2000)));
        } else if (choice < 91) {
            advanceStart();
        } else if (choice < 95) {
            SegmentDeletion deletion = log().takeDeletion();
            if (deletion != null) {
                deletion.run();
            }
        } else if (choice < 97) {
            restart();
        } else {
            check();
        }
    }

    private byte[] key() {
        return ("key-" + random.nextInt(keys)).getBytes(StandardCharsets.UTF_8);
    }

    private void append() throws IOException, InvalidRecordsException {
        long end = log().view().logEndOffset();
        for (int batches = 1 + random.nextInt(6); batches > 0; batches--) {
            CompressionType codec = CODECS.get(random.nextInt(CODECS.size()));
            RecordBatchBuilder builder = new RecordBatchBuilder(codec);
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                byte[] value = random.chance(250) ? null : ("v" + random.nextLong()).getBytes(StandardCharsets.UTF_8);
                long timestamp = clock.wallMillis() - random.nextInt(500);
                builder.add(timestamp, random.chance(20) ? null : key(), value);
            }
            if (random.chance(500)) {
                long id = nextProducer + random.nextInt(3);
                int sequence = sequences.getOrDefault(id, 0);
                builder.producer(id, (short) 0, sequence);
                sequences.put(id, sequence + count);
                lastOffsets.put(id, end + count - 1);
            }
            end += count;
            ByteBuf batch = builder.build();
            assertThat(log().stage(batch, 1, AppendOrigin.CLIENT)).isInstanceOf(StageResult.Staged.class);
            model.append(new RecordBatch(batch));
        }
        log().write();
    }

    private void sync() throws IOException {
        SyncRequest request = log().captureCheckpoint();
        if (request != null) {
            request.run();
            log().completeSync(request, null);
            durable = log().durableEndOffset();
            if (random.chance(500)) {
                Objects.requireNonNull(directory)
                        .writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log(), 0)));
            }
        }
    }

    private void compact() throws IOException, InvalidRecordsException {
        CompactionRun current = run;
        if (current == null) {
            long cleaned = Objects.requireNonNull(directory).cleanedUntil(PARTITION);
            CompactionConfig rules = new CompactionConfig(0, 0, Long.MAX_VALUE, DELETE_RETENTION);
            model.cleaning(log().recoveryPoint(), clock.wallMillis());
            current = CompactionRun.begin(environment, log(), cleaned, rules, mapBytes);
            run = current;
        }
        if (random.chance(500)) {
            finish(current);
        } else if (current.step(1 + random.nextInt(2000))) {
            finished(current);
        }
    }

    private void finish(CompactionRun current) throws IOException, InvalidRecordsException {
        current.runToEnd();
        finished(current);
    }

    private void finished(CompactionRun current) throws IOException, InvalidRecordsException {
        run = null;
        if (!current.ended()) {
            compactions++;
            Objects.requireNonNull(directory).writeCleaned(PARTITION, current.cleanedUntil());
            model.cleaned(current.cleanedUntil());
        }
        check();
    }

    private void advanceStart() throws IOException {
        long start = log().view().logStartOffset();
        long end = log().durableEndOffset();
        if (end > start) {
            long next = start + random.nextInt((int) (end - start) / 4 + 1);
            model.start(next);
            log().advanceLogStart(next);
        }
    }

    private void restart() throws IOException, InvalidRecordsException {
        if (run != null) {
            finish(run);
        }
        log().close(true);
        LogDirectory current = Objects.requireNonNull(directory);
        current.writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log(), 0)));
        current.markCleanShutdown(1);
        current.close();
        durable = log().view().logEndOffset();
        disk.killProcess();
        if (random.chance(500)) {
            // Then the batches have to tell of the producers.
            for (String name : disk.list(log().directory())) {
                if (name.endsWith(".snapshot")) {
                    disk.deleteIfExists(log().directory().resolve(name));
                }
            }
        }
        start();
    }

    private void check() throws IOException, InvalidRecordsException {
        NavigableMap<Long, Written> held = model.check(log(), clock.wallMillis(), DELETE_RETENTION);
        Written newest = held.values().stream()
                .max(Comparator.comparingLong(Written::timestamp))
                .orElse(null);
        TimestampOffset latest = log().maxTimestampOffset(log().view());
        assertThat(latest == null ? null : latest.timestamp()).isEqualTo(newest == null ? null : newest.timestamp());
        long wanted = clock.wallMillis() - random.nextInt(3000);
        Long first = held.entrySet().stream()
                .filter(entry -> entry.getValue().timestamp() >= wanted)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
        TimestampOffset found = log().offsetForTimestamp(log().view(), wanted, Long.MAX_VALUE);
        assertThat(found == null ? null : found.offset()).isEqualTo(first);
    }
}
