package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Segments of one base offset come and go, as compaction of a log's start makes them: each has files of its own. */
class SegmentNamesTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final LogConfig CONFIG = new LogConfig(1 << 20, 1_000_000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    private final SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();
    private final OpenFiles openFiles = new OpenFiles(100);
    private final LogEnvironment environment = new LogEnvironment(disk, clock, new SimRandom(1), openFiles);

    @Test
    void aSliceKeepsItsBytesThroughTwoCompactions() throws IOException {
        PartitionLog log = open();
        append(log, "one", 10);
        log.roll();
        FetchSlice slice = slice(log, log.view(), 0);
        byte[] before = bytes(slice);
        SegmentDeletion first = compact(log);
        first.rename();
        assertThat(first.run()).as("the slice holds it").isFalse();
        append(log, "two", 10);
        log.roll();
        compact(log);
        closeHandles();
        assertThat(bytes(slice)).isEqualTo(before);
        slice.records().release();
    }

    @Test
    void theDeletionOfWhatLeftFirstKeepsWhatLeftSecond() throws IOException {
        PartitionLog log = open();
        append(log, "one", 10);
        log.roll();
        SegmentDeletion first = compact(log);
        FetchSlice slice = slice(log, log.view(), 5);
        byte[] before = bytes(slice);
        append(log, "two", 10);
        log.roll();
        SegmentDeletion second = compact(log);
        closeHandles();
        // Data and two indexes of each, and what was known of producers where the newest began.
        assertThat(departed()).hasSize(3 + 3 + 3 + 1);
        assertThat(first.run()).isTrue();
        assertThat(departed()).hasSize(3 + 3 + 1);
        assertThat(bytes(slice)).isEqualTo(before);
        slice.records().release();
        assertThat(second.run()).isTrue();
        assertThat(departed()).isEmpty();
    }

    @Test
    void theNextStartRemovesWhatLeftTwice() throws IOException {
        PartitionLog log = open();
        for (int i = 0; i < 3; i++) {
            append(log, "v" + i, 10);
            log.roll();
            compact(log);
        }
        assertThat(departed()).isNotEmpty();
        log.close(false);
        disk.killProcess();
        PartitionLog again = open();
        assertThat(departed()).isEmpty();
        assertThat(again.view().logEndOffset()).isEqualTo(30);
    }

    /** An index of which the start is only in the file, and the file was given another name since. */
    @Test
    void anOldViewOfARestingSegmentFindsItsWayByItsOwnIndexes() throws IOException {
        PartitionLog log = open();
        append(log, "one", 20);
        log.restIfUnused();
        log.restIfUnused();
        LogView old = log.view();
        assertThat(old.holdsIndexes()).isFalse();
        List<byte[]> before = fromEachOffset(log, old);
        TimestampOffset found = log.offsetForTimestamp(old, 8, 20);
        log.roll();
        compact(log);
        List<byte[]> after = fromEachOffset(log, old);
        for (int offset = 0; offset < 20; offset++) {
            assertThat(after.get(offset)).as("from offset %d", offset).isEqualTo(before.get(offset));
        }
        assertThat(log.offsetForTimestamp(old, 8, 20)).isEqualTo(found);
    }

    private static List<byte[]> fromEachOffset(PartitionLog log, LogView view) throws IOException {
        List<byte[]> found = new ArrayList<>();
        for (long offset = 0; offset < view.logEndOffset(); offset++) {
            FetchSlice slice = slice(log, view, offset);
            found.add(bytes(slice));
            slice.records().release();
        }
        return found;
    }

    @Test
    void aCheckpointFindsTheIndexesOfWhatLeftMeanwhile() throws IOException {
        PartitionLog log = open();
        append(log, "one", 10);
        SyncRequest beside = Objects.requireNonNull(log.captureCheckpoint());
        log.dropSegmentsBefore(10);
        SegmentDeletion deletion = Objects.requireNonNull(log.takeDeletion());
        deletion.rename();
        assertThat(deletion.run()).as("the checkpoint uses it").isFalse();
        beside.run();
        log.completeSync(beside, null);
        assertThat(deletion.run()).isTrue();
        append(log, "two", 1);
        assertThat(log.view().logEndOffset()).isEqualTo(11);
    }

    private PartitionLog open() throws IOException {
        return LogDirectory.open(environment, Path.of("/data"))
                .openLog(new TopicPartition("t", 0), new UUID(7, 8), CONFIG, new ProducerStateConfig(1_000_000, 100));
    }

    /** Five keys in turn, with values of different lengths, so that no place in a file is one in another. */
    private static void append(PartitionLog log, String value, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            long timestamp = log.view().logEndOffset();
            ByteBuf batch = new RecordBatchBuilder(CompressionType.NONE)
                    .add(timestamp, utf8("k" + i % 5), utf8(value + "x".repeat(7 * i % 31)))
                    .build();
            log.stage(batch, 1, AppendOrigin.CLIENT);
            log.write();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void sync(PartitionLog log) throws IOException {
        SyncRequest request = Objects.requireNonNull(log.captureCheckpoint());
        request.run();
        log.completeSync(request, null);
    }

    private SegmentDeletion compact(PartitionLog log) throws IOException {
        sync(log);
        CompactionRun run = CompactionRun.begin(environment, log, 0, CompactionConfig.DEFAULT, 1 << 20);
        run.runToEnd();
        assertThat(run.stats().recordsRemoved()).isPositive();
        return Objects.requireNonNull(log.takeDeletion());
    }

    private static FetchSlice slice(PartitionLog log, LogView view, long offset) throws IOException {
        return (FetchSlice) log.read(view, offset, view.logEndOffset(), 300, true);
    }

    private static byte[] bytes(FetchSlice slice) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long sent = 0; sent < slice.records().sizeInBytes(); ) {
            sent += slice.records().transferTo(sent, Channels.newChannel(out));
        }
        return out.toByteArray();
    }

    /** As the node does with those that nobody used lately. */
    private void closeHandles() {
        openFiles.closeIdle();
        openFiles.closeIdle();
    }

    private List<String> departed() throws IOException {
        return disk.list(DIRECTORY).stream()
                .filter(name -> name.endsWith(LogFiles.DELETED_FILE))
                .toList();
    }
}
