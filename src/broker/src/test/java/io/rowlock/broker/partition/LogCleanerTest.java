package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compaction beside everything else that partitions do, by hand. */
class LogCleanerTest {

    private static final TopicInfo TOPIC = SimulatedPartitions.topic("t", 1, 1);
    private static final TopicInfo OTHER = SimulatedPartitions.topic("other", 2, 1);
    private static final Duration BACKOFF = Duration.ofSeconds(15);

    private final SimulatedPartitions node = new SimulatedPartitions();

    @BeforeEach
    void configure() {
        node.segmentBytes = 500;
        node.policy = SimulatedPartitions.FSYNC;
        node.compaction = new CompactionConfig(0.3, 0, Long.MAX_VALUE, 1000);
    }

    /** So many rounds of four keys each: a segment takes six records. */
    private void write(Partition partition, int rounds) {
        for (int i = 0; i < rounds * 4; i++) {
            node.append(partition, 1, SimulatedPartitions.keyed("k" + i % 4, "v" + i));
            while (!node.syncs.isEmpty()) {
                node.syncs.remove().run();
                node.owner.runAll();
            }
        }
    }

    /** What a consumer finds: of each offset the value. */
    private static Map<Long, String> read(Partition partition) throws IOException, InvalidRecordsException {
        Map<Long, String> found = new TreeMap<>();
        LogSnapshot log = Objects.requireNonNull(partition.view().snapshot());
        long offset = log.startOffset();
        while (offset < log.endOffset()) {
            FetchSlice slice = (FetchSlice) log.read(offset, Long.MAX_VALUE, 1 << 20, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.records().sizeInBytes());
            slice.records().readInto(bytes);
            slice.records().release();
            ByteBuf all = Unpooled.wrappedBuffer(bytes.flip());
            for (int at = 0; at < all.writerIndex(); ) {
                RecordBatch batch = new RecordBatch(all.slice(at, new RecordBatch(all, at).sizeInBytes()));
                try (RecordReader reader = RecordReader.open(batch, 1000)) {
                    while (reader.next()) {
                        found.put(
                                reader.offset(),
                                Objects.requireNonNull(reader.value()).toString(StandardCharsets.UTF_8));
                    }
                }
                at += batch.sizeInBytes();
                offset = batch.nextOffset();
            }
        }
        return found;
    }

    private String cleaned() throws IOException {
        Path file = SimulatedPartitions.ROOT.resolve("cleaner-offset-checkpoint");
        return node.disk.exists(file) ? new String(node.disk.readAll(file), StandardCharsets.UTF_8) : "";
    }

    private long files(String ending) throws IOException {
        return node.disk.list(SimulatedPartitions.ROOT.resolve("t-0")).stream()
                .filter(name -> name.endsWith(ending))
                .count();
    }

    private void round() {
        node.pass(BACKOFF);
        node.clean();
    }

    @Test
    void keepsTheLastValueOfEachKeyAndGoesOnFromThere() throws IOException, InvalidRecordsException {
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 10);
        round();
        Map<Long, String> left = read(partition);
        assertThat(left.keySet()).hasSizeLessThan(12).contains(36L, 37L, 38L, 39L);
        assertThat(cleaned()).startsWith("0\n1\nt 0 ");
        assertThat(files(".deleted")).as("the old files, for a while").isPositive();
        node.pass(Duration.ofMinutes(2));
        node.clean();
        assertThat(files(".deleted")).isZero();
        String noted = cleaned();
        round();
        assertThat(cleaned()).as("nothing new, nothing done").isEqualTo(noted);
        write(partition, 5);
        round();
        assertThat(cleaned()).isNotEqualTo(noted);
        assertThat(read(partition).keySet()).hasSizeLessThan(12).contains(56L, 57L, 58L, 59L);
    }

    @Test
    void leavesAloneWhatIsNotDueOrNotCompacted() throws IOException, InvalidRecordsException {
        node.compaction = null;
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 5);
        round();
        assertThat(read(partition)).hasSize(20);
        assertThat(cleaned()).isEmpty();
    }

    @Test
    void aStopWaitsForTheStepUnderWayAndTheNextStartGoesOn() throws IOException, InvalidRecordsException {
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 10);
        Map<Long, String> all = read(partition);
        node.pass(BACKOFF);
        node.cleanerTasks.remove().run();
        node.owner.runAll();
        CompletionStage<Void> closed = node.partitions().close(7);
        node.owner.runAll();
        assertThat(closed.toCompletableFuture()).as("a compaction is under way").isNotDone();
        node.clean();
        node.syncAll();
        node.owner.runAll();
        assertThat(closed.toCompletableFuture()).isCompleted();
        node.directory().close();
        node.die(false);
        node.start();
        Partition again = node.assign(TOPIC);
        assertThat(all).containsAllEntriesOf(read(again));
        round();
        assertThat(read(again).keySet()).hasSizeLessThan(12).contains(36L, 37L, 38L, 39L);
    }

    @Test
    void aDeletedTopicGoesInTheMiddleOfItsCompaction() throws IOException {
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 10);
        node.pass(BACKOFF);
        node.cleanerTasks.remove().run();
        node.owner.runAll();
        node.announceDeletion(TOPIC);
        node.owner.runAll();
        assertThat(node.disk.exists(SimulatedPartitions.ROOT.resolve("t-0")))
                .as("in use")
                .isTrue();
        node.clean();
        node.owner.runAll();
        assertThat(node.disk.exists(SimulatedPartitions.ROOT.resolve("t-0"))).isFalse();
        assertThat(partition.view().status()).isEqualTo(PartitionView.Status.DELETED);
    }

    @Test
    void aLogThatCannotBeCompactedIsSetAsideAndTheOthersAreCompacted() throws IOException, InvalidRecordsException {
        node.start();
        Partition broken = node.assign(TOPIC);
        Partition other = node.assign(OTHER);
        write(broken, 10);
        write(other, 10);
        node.disk.flipBit(SimulatedPartitions.ROOT.resolve("t-0/00000000000000000000.log"), 75, 1);
        round();
        assertThat(read(other).keySet()).hasSizeLessThan(12).contains(36L, 37L, 38L, 39L);
        assertThat(cleaned()).contains("other 0 ").doesNotContain("t 0 ");
        assertThat(broken.view().status()).isEqualTo(PartitionView.Status.LEADING);
        for (String name : node.disk.list(SimulatedPartitions.ROOT.resolve("t-0"))) {
            assertThat(name).doesNotEndWith(".cleaned");
        }
        node.disk.flipBit(SimulatedPartitions.ROOT.resolve("t-0/00000000000000000000.log"), 75, 1);
        round();
        assertThat(cleaned()).as("it is not tried again").doesNotContain("t 0 ");
        node.cleaner().settingsChanged();
        round();
        assertThat(cleaned()).as("no setting mends it").doesNotContain("t 0 ");
    }

    @Test
    void takesNoMoreOfTheDiskThanItMay() throws IOException {
        node.cleanerSettings = new CleanerSettings(1, 1 << 20, 0.9, 4096, 1000, BACKOFF);
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 40);
        node.pass(BACKOFF);
        node.clean();
        assertThat(cleaned()).as("the first bytes are enough for seconds").isEmpty();
        int seconds = 0;
        while (cleaned().isEmpty()) {
            node.pass(Duration.ofSeconds(1));
            node.clean();
            seconds++;
        }
        // 160 records of 75 bytes are mapped and then read at the least.
        assertThat(seconds).isBetween(15, 60);
    }

    @Test
    void followsSettingsThatChange() throws IOException {
        node.cleanerSettings = new CleanerSettings(1, 1 << 20, 0.9, 4096, 1, Duration.ofHours(1));
        node.start();
        write(node.assign(TOPIC), 40);
        node.pass(Duration.ofMinutes(1));
        assertThat(node.cleanerTasks).isEmpty();
        node.cleanerSettings = new CleanerSettings(3, 3 << 20, 0.9, 4096, Double.MAX_VALUE, BACKOFF);
        node.cleaner().settingsChanged();
        node.pass(BACKOFF);
        assertThat(node.cleanerTasks)
                .as("who pauses for an hour does so no longer")
                .hasSize(3);
        node.clean();
        assertThat(cleaned()).as("as fast as it may now").isNotEmpty();
        node.cleanerSettings = new CleanerSettings(2, 3 << 20, 0.9, 4096, Double.MAX_VALUE, BACKOFF);
        node.cleaner().settingsChanged();
        round();
        node.pass(BACKOFF);
        assertThat(node.cleanerTasks).as("one line has ended, and stays away").hasSize(2);
        node.clean();
        node.pass(Duration.ofHours(2).plus(BACKOFF));
        assertThat(node.cleanerTasks).as("no pause is left behind").hasSize(2);
    }

    @Test
    void aFullDiskOnlyPostponesIt() throws IOException, InvalidRecordsException {
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 10);
        node.disk.setCapacity(0);
        round();
        assertThat(cleaned()).isEmpty();
        assertThat(read(partition)).hasSize(40);
        node.disk.setCapacity(Long.MAX_VALUE);
        round();
        assertThat(cleaned()).isNotEmpty();
    }

    @Test
    void aLogWithoutRoomDoesNotKeepTheOthersFromBeingCompacted() throws IOException, InvalidRecordsException {
        node.start();
        Partition small = node.assign(OTHER);
        write(small, 10);
        round();
        node.segmentBytes = 5000;
        Partition large = node.assign(TOPIC);
        write(large, 40);
        write(small, 10);
        node.pass(Duration.ofMinutes(2));
        // More than a segment of the one, and less than one of the other, which is dirty all over.
        node.disk.setCapacity(node.disk.usedBytes() + 3000);
        round();
        assertThat(read(small).keySet()).hasSizeLessThan(16).contains(76L, 77L, 78L, 79L);
        assertThat(cleaned()).contains("other 0 ").doesNotContain("t 0 ");
        node.disk.setCapacity(Long.MAX_VALUE);
        round();
        assertThat(cleaned()).contains("other 0 ", "t 0 ");
    }

    @Test
    void aReadThatFailedOnceDoesNotEndCompactionForGood() throws IOException, InvalidRecordsException {
        node.start();
        Partition partition = node.assign(TOPIC);
        write(partition, 10);
        node.disk.setFaults(DiskFaults.NONE.withFailedReads(1000));
        round();
        node.disk.setFaults(DiskFaults.NONE);
        assertThat(read(partition)).hasSize(40);
        assertThat(cleaned()).isEmpty();
        round();
        assertThat(cleaned()).contains("t 0 ");
        assertThat(read(partition).keySet()).hasSizeLessThan(12).contains(36L, 37L, 38L, 39L);
    }

    /** As where the heap is too small for a batch; that very error would end the tests' process where nobody catches it. */
    @Test
    void anErrorEndsTheCompactionOfItsLogAndNothingElse() throws IOException {
        node.cleanerRandom = new FailingOnce();
        node.start();
        write(node.assign(TOPIC), 10);
        write(node.assign(OTHER), 10);
        round();
        assertThat(cleaned()).as("the other one").startsWith("0\n1\n");
        round();
        assertThat(cleaned()).as("still the other one").startsWith("0\n1\n");
        node.cleaner().settingsChanged();
        round();
        assertThat(cleaned()).as("with other settings it is tried again").startsWith("0\n2\n");
        CompletionStage<Void> closed = node.partitions().close(7);
        node.owner.runAll();
        while (!node.syncs.isEmpty()) {
            node.syncs.remove().run();
            node.owner.runAll();
        }
        assertThat(closed.toCompletableFuture()).isCompleted();
    }

    private static final class FailingOnce implements RandomSource {
        private boolean failed;

        @Override
        public long nextLong() {
            if (!failed) {
                failed = true;
                throw new LinkageError("nothing is missing but in this test");
            }
            return 1;
        }

        @Override
        public int nextInt(int bound) {
            return 0;
        }
    }
}
