package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What a partition held below its high watermark when it was last read; what was seen once must stay. */
final class ReadBack {

    /** A record that was seen at the offset that is its place in the list. */
    private record Seen(int producer, int number, int leaderEpoch) {}

    private final TopicPartition partition;
    private final NumberedRecords records;
    private final int partitions;
    private final int producers;
    private final int idempotent;
    private final List<Seen> seen = new ArrayList<>();

    /** @param idempotent producers below this number are idempotent */
    ReadBack(TopicPartition partition, NumberedRecords records, int partitions, int producers, int idempotent) {
        this.partition = partition;
        this.records = records;
        this.partitions = partitions;
        this.producers = producers;
        this.idempotent = idempotent;
    }

    /** Reads everything there is from the first offset on, and compares it with what was there before. */
    void read(ServerProcess server) {
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("max.poll.records", 5_000))) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(partition)).get(partition));
            assertThat(end).as("%s ends", partition).isGreaterThanOrEqualTo(seen.size());
            long next = 0;
            long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (next < end) {
                assertThat(System.nanoTime())
                        .as("%s can be read to %s", partition, end)
                        .isLessThan(deadline);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    check(record, next++);
                }
            }
        }
    }

    private void check(ConsumerRecord<byte[], byte[]> record, long expectedOffset) {
        if (record.offset() != expectedOffset || !records.isGenuine(record)) {
            throw new AssertionError(partition + ": other bytes than sent, or a gap, at offset " + record.offset()
                    + " where " + expectedOffset + " must come");
        }
        Seen found = new Seen(
                NumberedRecords.producer(record),
                NumberedRecords.number(record),
                record.leaderEpoch().orElse(-1));
        if (expectedOffset < seen.size()) {
            Seen before = seen.get((int) expectedOffset);
            if (!before.equals(found)) {
                throw new AssertionError(partition + " changed at offset " + expectedOffset + ": " + before
                        + " was there, now " + found);
            }
            return;
        }
        if (!seen.isEmpty() && seen.get(seen.size() - 1).leaderEpoch() > found.leaderEpoch()) {
            throw new AssertionError(partition + ": epochs go back at offset " + expectedOffset);
        }
        seen.add(found);
    }

    /** Every acknowledged record stands at its offset, and those of idempotent producers stand once and in order. */
    void assertHolds(List<Map<Integer, Long>> acknowledged) {
        for (int producer = 0; producer < producers; producer++) {
            int of = producer;
            int last = -1;
            for (Seen record : seen) {
                if (record.producer() == of && of < idempotent) {
                    assertThat(record.number())
                            .as("%s: order of producer %s", partition, of)
                            .isGreaterThan(last);
                    last = record.number();
                }
            }
            acknowledged.get(of).forEach((number, offset) -> {
                if (number % partitions == partition.partition()) {
                    Seen there = seen.get(offset.intValue());
                    assertThat(there.number()).as("%s at %s", partition, offset).isEqualTo(number);
                    assertThat(there.producer())
                            .as("%s at %s", partition, offset)
                            .isEqualTo(of);
                }
            });
        }
    }

    @Override
    public String toString() {
        int epoch = seen.isEmpty() ? -1 : seen.get(seen.size() - 1).leaderEpoch();
        return partition.partition() + ": " + seen.size() + " to epoch " + epoch;
    }
}
