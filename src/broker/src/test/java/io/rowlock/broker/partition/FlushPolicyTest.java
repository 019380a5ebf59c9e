package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code flush.messages} and {@code flush.ms}, at their bounds and while they change. */
class FlushPolicyTest {

    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedPartitions sim = new SimulatedPartitions();

    @BeforeEach
    void start() throws IOException {
        sim.start();
    }

    @AfterEach
    void nothingLeaks() {
        sim.assertNoBufferLeaks();
    }

    private Partition leader(long messages, long millis) {
        sim.policy = FlushPolicy.of(Durability.FSYNC, messages, millis);
        Partition partition = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        return partition;
    }

    /** The topic's settings change, and nothing else. */
    private void change(long messages, long millis) {
        sim.policy = FlushPolicy.of(Durability.FSYNC, messages, millis);
        sim.assign(topic("t", 1, 0));
    }

    private static boolean isAcknowledged(Append append) {
        return append.outcome != null && Objects.requireNonNull(append.outcome).error() == ErrorCode.NONE;
    }

    @ParameterizedTest
    @CsvSource({
        "FSYNC,      9223372036854775807, 9223372036854775807, true",
        "REPLICATED, 9223372036854775807, 9223372036854775807, false",
        "ASYNC,      9223372036854775807, 9223372036854775807, false",
        "ASYNC,      1,                   9223372036854775807, true",
        "FSYNC,      2,                   9223372036854775807, false",
        "FSYNC,      9223372036854775806, 9223372036854775807, false",
        "FSYNC,      9223372036854775807, 0,                   false",
        "ASYNC,      1,                   1000,                true",
    })
    void aTopicThatSetsOneOfThemDecidesForItself(Durability node, long messages, long millis, boolean before) {
        assertThat(FlushPolicy.of(node, messages, millis).beforeAcknowledging()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10})
    void soManyRecordsBringASyncAndOneLessDoesNot(int messages) {
        Partition partition = leader(messages, NEVER);
        sim.append(partition, ALL, batch(messages - 1));
        assertThat(sim.syncs).isEmpty();
        sim.append(partition, ALL, batch(1));
        sim.sync();
        sim.append(partition, ALL, batch(messages + 1));
        sim.sync();
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void recordsThatComeDuringASyncCountForTheNext() {
        Partition partition = leader(3, NEVER);
        sim.append(partition, ALL, batch(3));
        sim.append(partition, ALL, batch(2));
        sim.sync();
        assertThat(sim.syncs).isEmpty();
        sim.append(partition, ALL, batch(3));
        assertThat(sim.syncs).hasSize(1);
        sim.sync();
    }

    @Test
    void anAgeOfZeroSyncsSoonButWaitsForNothing() {
        Partition partition = leader(NEVER, 0);
        assertThat(isAcknowledged(sim.append(partition, ALL))).isTrue();
        sim.pass(Duration.ZERO);
        sim.sync();
        sim.pass(Duration.ofSeconds(1));
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void aRecordThatComesDuringASyncIsSyncedWhenItsTimeIsUp() {
        Partition partition = leader(5, 500);
        sim.append(partition, ALL);
        sim.pass(Duration.ofMillis(400));
        sim.append(partition, ALL, batch(4));
        sim.append(partition, ALL);
        sim.pass(Duration.ofMillis(500));
        // The disk is slow: the time of the last record came and went during the sync of the others.
        sim.sync();
        sim.sync();
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void aShorterAgeCountsAtOnceAlsoForWhatIsThere() {
        Partition partition = leader(NEVER, 3_600_000);
        sim.append(partition, ALL);
        sim.pass(Duration.ofSeconds(1));
        change(NEVER, 500);
        sim.pass(Duration.ofMillis(499));
        assertThat(sim.syncs).isEmpty();
        sim.pass(Duration.ofMillis(1));
        sim.sync();
        sim.pass(Duration.ofHours(2));
        assertThat(sim.syncs).as("the old age means nothing any more").isEmpty();
    }

    @Test
    void oneMessageCountsAtOnceForWhatComesAndWhatIsThere() {
        Partition partition = leader(100, NEVER);
        assertThat(isAcknowledged(sim.append(partition, ALL))).isTrue();
        change(1, NEVER);
        sim.sync();
        Append synced = sim.append(partition, ALL);
        assertThat(isAcknowledged(synced)).isFalse();
        sim.sync();
        assertThat(isAcknowledged(synced)).isTrue();
    }

    @Test
    void whatWaitsForASyncIsAcknowledgedWhenTheTopicNeedsNoneAnyMore() {
        Partition partition = leader(1, NEVER);
        Append first = sim.append(partition, ALL);
        Append second = sim.append(partition, ALL);
        change(10, NEVER);
        assertThat(isAcknowledged(first)).isTrue();
        assertThat(isAcknowledged(second)).isTrue();
        sim.syncAll();
    }
}
