package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimScheduler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept free of the disk, to the byte. */
class DiskReserveTest {

    private static final int RESERVE = 1_000;
    private static final int MARGIN = 1 << 20;

    private final SimulatedPartitions sim = new SimulatedPartitions();

    @AfterEach
    void nothingLeaks() {
        sim.assertNoBufferLeaks();
    }

    private final SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();
    private final SimScheduler scheduler = new SimScheduler(clock);
    private final ArrayDeque<Runnable> looks = new ArrayDeque<>();
    private final DiskReserve reserve = new DiskReserve(disk, Path.of("/"), RESERVE, clock, scheduler, looks::add);

    private void lookAgain() {
        scheduler.advance(DiskReserve.LOOK_INTERVAL);
        while (!looks.isEmpty()) {
            looks.remove().run();
        }
    }

    @Test
    void whatLiesAboveTheReserveIsAdmittedToTheLastByteBeforeAnybodyLooksAgain() {
        disk.setCapacity(RESERVE + 100);
        reserve.start();
        assertThat(reserve.admits(101)).isFalse();
        assertThat(reserve.admits(99)).isTrue();
        assertThat(reserve.admits(2)).isFalse();
        assertThat(reserve.admits(1)).isTrue();
        assertThat(reserve.admits(1)).isFalse();
    }

    @Test
    void whatIsAdmittedAndNotWrittenYetCountsWhenItIsLookedAgain() throws IOException {
        disk.setCapacity(RESERVE + 100);
        reserve.start();
        assertThat(reserve.admits(60)).isTrue();
        lookAgain();
        assertThat(reserve.admits(41)).isFalse();
        // The others are written, by somebody else as well.
        write(60);
        reserve.settled(60);
        assertThat(reserve.admits(40)).isTrue();
        write(40);
        reserve.settled(40);
        lookAgain();
        assertThat(reserve.admits(1)).isFalse();
    }

    private void write(int bytes) throws IOException {
        try (DiskFile file = disk.openOrCreate(Path.of("/other"))) {
            file.write(file.size(), ByteBuffer.allocate(bytes));
        }
    }

    @Test
    void itIsShortWithNothingAboveTheReserveAndNotWithOneByte() {
        disk.setCapacity(RESERVE + 1);
        reserve.start();
        assertThat(reserve.shortage()).isNull();
        assertThat(reserve.admits(1)).isTrue();
        disk.setCapacity(RESERVE);
        lookAgain();
        assertThat(reserve.shortage()).contains("0.0 MiB");
        assertThat(reserve.admits(0)).isFalse();
    }

    @Test
    void itIsShortUntilThereIsAMarginAboveTheReserve() {
        disk.setCapacity(RESERVE);
        reserve.start();
        disk.setCapacity(RESERVE + MARGIN - 1);
        lookAgain();
        assertThat(reserve.shortage()).isNotNull();
        disk.setCapacity(RESERVE + MARGIN);
        lookAgain();
        assertThat(reserve.shortage()).isNull();
        assertThat(reserve.admits(MARGIN)).isTrue();
    }

    @Test
    void whatIsAboveTheReserveButTooLittleForWhatComesIsShortToo() {
        disk.setCapacity(RESERVE + 100);
        reserve.start();
        assertThat(reserve.admits(101)).isFalse();
        lookAgain();
        assertThat(reserve.shortage()).isNotNull();
    }

    @Test
    void halfOfTheRoomBringsALookBeforeItsTime() {
        disk.setCapacity(RESERVE + 100);
        reserve.start();
        disk.setCapacity(RESERVE + 200);
        assertThat(reserve.admits(50)).isTrue();
        assertThat(looks).isEmpty();
        assertThat(reserve.admits(1)).isTrue();
        assertThat(looks).hasSize(1);
        assertThat(reserve.admits(1)).isTrue();
        assertThat(looks).as("one at a time").hasSize(1);
        looks.remove().run();
        assertThat(reserve.admits(148)).isTrue();
    }

    @Test
    void aPartitionRefusesBeforeAnythingIsWrittenAndGoesOnWhenThereIsSpaceAgain() throws IOException {
        ByteBuf first = batch(1);
        int bytes = first.readableBytes();
        sim.diskReserveBytes = 10_000;
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        sim.disk.setCapacity(sim.disk.usedBytes() + sim.diskReserveBytes + bytes);
        sim.pass(DiskReserve.LOOK_INTERVAL);
        Append fits = sim.append(partition, ALL, first);
        sim.syncAll();
        long before = sim.disk.usedBytes();
        Append refused = sim.append(partition, ALL);
        sim.pass(DiskReserve.LOOK_INTERVAL);
        assertThat(error(fits)).isEqualTo(ErrorCode.NONE);
        assertThat(error(refused)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(sim.disk.usedBytes()).isEqualTo(before);
        assertThat(partition.view().highWatermark()).isEqualTo(1);
        Append stillRefused = sim.append(partition, ALL);
        assertThat(Objects.requireNonNull(stillRefused.outcome).message()).contains("reserve");

        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.pass(DiskReserve.LOOK_INTERVAL);
        Append served = sim.append(partition, ALL);
        sim.syncAll();
        assertThat(served.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 1, -1, 0));
    }

    @Test
    void whatTheLogRefusesTakesNoRoom() throws IOException {
        ByteBuf unknown = batch(7L, 5);
        sim.diskReserveBytes = 10_000;
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        Append first = sim.append(partition, ALL, batch(7L, 0));
        sim.syncAll();
        assertThat(error(first)).isEqualTo(ErrorCode.NONE);
        sim.disk.setCapacity(sim.disk.usedBytes() + sim.diskReserveBytes + unknown.readableBytes());
        sim.pass(DiskReserve.LOOK_INTERVAL);
        for (int i = 0; i < 3; i++) {
            assertThat(error(sim.append(partition, ALL, unknown.retainedDuplicate())))
                    .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
            sim.pass(DiskReserve.LOOK_INTERVAL);
        }
        unknown.release();
        Append duplicate = sim.append(partition, ALL, batch(7L, 0));
        assertThat(error(duplicate)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aDiskThatIsFullInTheMiddleOfAWriteCostsThatWriteAloneAndItIsTriedAgainLater() throws IOException {
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        Append before = sim.append(partition, ALL);
        sim.syncAll();
        // Somebody else fills the disk, and nobody has looked since.
        sim.disk.setCapacity(sim.disk.usedBytes() + 10);
        Append torn = sim.append(partition, ALL, batch(3));
        assertThat(error(before)).isEqualTo(ErrorCode.NONE);
        assertThat(error(torn)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.view().leaderLog().endOffset()).isEqualTo(1);
        assertThat(error(sim.append(partition, ALL))).as("pauses").isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);

        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.pass(Duration.ofMillis(999));
        assertThat(error(sim.append(partition, ALL))).as("pauses").isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        sim.pass(Duration.ofMillis(1));
        Append after = sim.append(partition, ALL);
        sim.syncAll();
        assertThat(after.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 1, -1, 0));
        assertThat(partition.view().highWatermark()).isEqualTo(2);
    }

    @Test
    void whatWaitsForASyncWhenTheDiskIsFullIsAcknowledgedWhenThatIsDone() throws IOException {
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        Append written = sim.append(partition, ALL, batch(7L, 0));
        sim.disk.setCapacity(sim.disk.usedBytes());
        Append refused = sim.append(partition, ALL, batch(7L, 1));
        assertThat(error(refused)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        sim.syncAll();
        assertThat(partition.view().highWatermark()).isEqualTo(1);
        assertThat(written.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 0, -1, 0));
        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.pass(Duration.ofSeconds(1));
        Append again = sim.append(partition, ALL, batch(7L, 0));
        Append next = sim.append(partition, ALL, batch(7L, 1));
        sim.syncAll();
        assertThat(again.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 0, -1, 0));
        assertThat(next.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 1, -1, 0));
    }

    @Test
    void whatWaitsForAWriteToBeTakenBackIsDoneWithWhenTheTopicIsDeleted() throws IOException {
        sim.start();
        TopicInfo topic = topic("t", 1, 0);
        Partition partition = sim.assign(topic);
        sim.append(partition, ALL);
        sim.syncAll();
        sim.handOver(partition, ALL, batch(1));
        CompletionStage<Void> raised = sim.logStarts().raise(partition, 1);
        sim.announceDeletion(topic);
        sim.disk.setCapacity(sim.disk.usedBytes());
        assertTimeoutPreemptively(Duration.ofSeconds(10), sim.owner::runAll);
        assertThat(raised.toCompletableFuture()).isDone();
    }

    @Test
    void whatWaitsForAWriteToBeTakenBackIsDoneWithWhenThatFails() throws IOException {
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.append(partition, ALL);
        sim.syncAll();
        sim.handOver(partition, ALL, batch(1));
        CompletionStage<Void> raised = sim.logStarts().raise(partition, 1);
        sim.disk.setCapacity(sim.disk.usedBytes());
        sim.disk.setFaults(new DiskFaults(0, 1000));
        assertTimeoutPreemptively(Duration.ofSeconds(10), sim.owner::runAll);
        assertThat(raised.toCompletableFuture()).isDone();
        assertThat(partition.view().status()).isEqualTo(PartitionView.Status.OFFLINE);
    }

    @Test
    void aNewEpochOnAFullDiskIsLedAndServed() throws IOException {
        sim.start();
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        sim.append(partition, ALL);
        sim.syncAll();
        sim.die(true);
        sim.disk.setCapacity(sim.disk.usedBytes());
        sim.start();
        Partition restarted = sim.assign(topic("t", 1, 1));
        sim.syncAll();
        assertThat(restarted.view().status()).isEqualTo(PartitionView.Status.LEADING);
        assertThat(restarted.view().highWatermark()).isEqualTo(1);
        assertThat(error(sim.append(restarted, ALL))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        sim.pass(SimulatedPartitions.CHECKPOINT_INTERVAL);
        sim.syncAll();
        assertThat(restarted.view().status()).isEqualTo(PartitionView.Status.LEADING);

        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.pass(DiskReserve.LOOK_INTERVAL);
        Append served = sim.append(restarted, ALL);
        sim.syncAll();
        assertThat(served.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, 1, -1, 0));
    }

    private static ErrorCode error(Append append) {
        return Objects.requireNonNull(append.outcome).error();
    }
}
