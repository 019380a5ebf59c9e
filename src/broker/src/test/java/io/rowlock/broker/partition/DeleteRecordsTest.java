package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.TestContext;
import io.rowlock.broker.api.offsets.DeleteRecordsHandler;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.log.RetentionConfig;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteRecordsRequest;
import io.rowlock.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import io.rowlock.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.rowlock.protocol.message.DeleteRecordsResponse;
import io.rowlock.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DeleteRecords over partitions on a disk that fails and dies when told to. */
class DeleteRecordsTest {

    private static final int TIMEOUT_MS = 5000;

    private final SimulatedPartitions node = new SimulatedPartitions();

    @BeforeEach
    void keepWhatIsNotDeleted() {
        node.policy = SimulatedPartitions.ASYNC;
        node.retention = new RetentionConfig(true, RetentionConfig.UNLIMITED, RetentionConfig.UNLIMITED, 0);
    }

    private Partition start(int records) throws IOException {
        node.start();
        Partition partition = node.assign(SimulatedPartitions.topic("a", 1, 5));
        for (int i = 0; i < records; i++) {
            node.append(partition, SimulatedPartitions.ALL);
        }
        return partition;
    }

    private List<DeleteRecordsResponse> ask(String topic, long... offsets) {
        TestContext context = new TestContext((short) 2, "client", node.scheduler);
        List<DeleteRecordsPartition> partitions = Arrays.stream(offsets)
                .mapToObj(offset ->
                        new DeleteRecordsPartition().setPartitionIndex(0).setOffset(offset))
                .toList();
        DeleteRecordsRequest request = new DeleteRecordsRequest()
                .setTimeoutMs(TIMEOUT_MS)
                .setTopics(List.of(new DeleteRecordsTopic().setName(topic).setPartitions(partitions)));
        return context.start(new DeleteRecordsHandler(node.partitions(), node.logStarts()), request);
    }

    private DeleteRecordsPartitionResult delete(String topic, long... offsets) {
        List<DeleteRecordsResponse> answers = ask(topic, offsets);
        node.owner.runAll();
        return answerOf(answers);
    }

    private static DeleteRecordsPartitionResult answerOf(List<DeleteRecordsResponse> answers) {
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).topics()).hasSize(1);
        assertThat(answers.get(0).topics().get(0).partitions()).hasSize(1);
        return answers.get(0).topics().get(0).partitions().get(0);
    }

    private static DeleteRecordsPartitionResult upTo(long lowWatermark) {
        return new DeleteRecordsPartitionResult().setLowWatermark(lowWatermark);
    }

    private static DeleteRecordsPartitionResult error(ErrorCode error) {
        return new DeleteRecordsPartitionResult().setLowWatermark(-1).setErrorCode(error.code());
    }

    private static long startOf(Partition partition) {
        return Objects.requireNonNull(partition.view().snapshot()).startOffset();
    }

    @Test
    void anythingUpToTheHighWatermarkCanBeDeleted() throws IOException {
        Partition partition = start(3);
        assertThat(delete("a", 1)).isEqualTo(upTo(1));
        assertThat(delete("a", 0)).isEqualTo(upTo(1));
        assertThat(delete("a", 4)).isEqualTo(error(ErrorCode.OFFSET_OUT_OF_RANGE));
        assertThat(delete("a", -2)).isEqualTo(error(ErrorCode.OFFSET_OUT_OF_RANGE));
        assertThat(startOf(partition)).isEqualTo(1);
        assertThat(delete("a", 3)).isEqualTo(upTo(3));
        node.append(partition, SimulatedPartitions.ALL);
        assertThat(delete("a", -1)).isEqualTo(upTo(4));
        assertThat(delete("a", -1)).isEqualTo(upTo(4));
    }

    @Test
    void whatTheReplicasHaveNotConfirmedStays() throws IOException {
        Partition partition = start(2);
        PartitionInfo two = new PartitionInfo(0, 1, 5, 1, List.of(1, 2), List.of(1, 2));
        node.assign(SimulatedPartitions.topic("a", 1, two));
        node.append(partition, SimulatedPartitions.ALL);
        assertThat(delete("a", 3)).isEqualTo(error(ErrorCode.OFFSET_OUT_OF_RANGE));
        assertThat(delete("a", -1)).isEqualTo(upTo(2));
    }

    @Test
    void ofTwoOffsetsForAPartitionTheLastCounts() throws IOException {
        Partition partition = start(3);
        assertThat(delete("a", 3, 1)).isEqualTo(upTo(1));
        assertThat(startOf(partition)).isEqualTo(1);
    }

    @Test
    void aCompactedPartitionLosesNothing() throws IOException {
        node.retention = RetentionConfig.KEEP_ALL;
        start(3);
        assertThat(delete("a", 1)).isEqualTo(error(ErrorCode.POLICY_VIOLATION));
    }

    @Test
    void onlyTheLeaderDeletes() throws IOException {
        start(1);
        node.assign(SimulatedPartitions.topic("b", 2, new PartitionInfo(0, 2, 1, 0, List.of(1, 2), List.of(1, 2))));
        assertThat(delete("b", 0)).isEqualTo(error(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        assertThat(delete("c", 0)).isEqualTo(error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }

    @Test
    void internalTopicsAreRefused() throws IOException {
        node.start();
        node.assign(SimulatedPartitions.topic("__consumer_offsets", 1, 5));
        assertThat(delete("__consumer_offsets", 0)).isEqualTo(error(ErrorCode.INVALID_TOPIC_EXCEPTION));
    }

    @Test
    void nobodyIsAnsweredBeforeTheStartIsDurable() throws IOException {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        node.diskPool = tasks::add;
        Partition partition = start(3);
        List<DeleteRecordsResponse> first = ask("a", 1);
        List<DeleteRecordsResponse> second = ask("a", 2);
        node.owner.runAll();
        assertThat(first).isEmpty();
        assertThat(startOf(partition)).isZero();
        assertThat(tasks).as("one write for both").hasSize(1);
        tasks.remove().run();
        assertThat(first).isEmpty();
        node.owner.runAll();
        assertThat(answerOf(first)).as("what is so by now").isEqualTo(upTo(2));
        assertThat(answerOf(second)).isEqualTo(upTo(2));
    }

    @Test
    void theTimeOfARequestIsLimited() throws IOException {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        node.diskPool = tasks::add;
        Partition partition = start(3);
        List<DeleteRecordsResponse> answers = ask("a", 1);
        node.pass(Duration.ofMillis(TIMEOUT_MS - 1));
        assertThat(answers).isEmpty();
        node.pass(Duration.ofMillis(1));
        assertThat(answerOf(answers)).isEqualTo(error(ErrorCode.REQUEST_TIMED_OUT));
        tasks.remove().run();
        node.owner.runAll();
        assertThat(startOf(partition)).as("it happens all the same").isEqualTo(1);
    }

    @Test
    void aStartThatCannotBeKeptIsAnError() throws IOException {
        Partition partition = start(3);
        node.disk.setFaults(new DiskFaults(1000, 0));
        assertThat(delete("a", 1)).isEqualTo(error(ErrorCode.KAFKA_STORAGE_ERROR));
        assertThat(startOf(partition)).isZero();
        node.disk.setFaults(DiskFaults.NONE);
        assertThat(delete("a", 1)).isEqualTo(upTo(1));
    }

    @Test
    void whatWasAnsweredSurvivesACrash() throws IOException {
        start(3);
        assertThat(delete("a", 2)).isEqualTo(upTo(2));
        node.die(false);
        Partition again = start(0);
        assertThat(startOf(again)).isEqualTo(2);
        assertThat(again.view().highWatermark()).isEqualTo(3);
        assertThat(delete("a", -1)).isEqualTo(upTo(3));
        node.die(true);
        assertThat(startOf(start(0))).isEqualTo(3);
    }

    @Test
    void aCheckpointFromBeforeTakesNothingBack() throws IOException {
        node.policy = SimulatedPartitions.FSYNC;
        Partition partition = start(3);
        node.syncAll();
        node.pass(SimulatedPartitions.CHECKPOINT_INTERVAL.minusMillis(1));
        node.append(partition, SimulatedPartitions.ALL);
        node.pass(Duration.ofMillis(1));
        assertThat(delete("a", 2)).isEqualTo(upTo(2));
        node.syncAll();
        node.pass(SimulatedPartitions.CHECKPOINT_INTERVAL);
        node.die(true);
        assertThat(startOf(start(0))).isEqualTo(2);
    }
}
