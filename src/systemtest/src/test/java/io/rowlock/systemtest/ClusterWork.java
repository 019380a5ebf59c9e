package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.Brokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;

/**
 * Idempotent producers that write to a topic, and a group that reads it and commits after each poll, with clients' default
 * retries: no operation may fail, whatever happens to the brokers. All of it goes into a {@link HistoryChecker}.
 */
final class ClusterWork implements AutoCloseable {
    private static final int PRODUCERS = 2;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final String COMMITS = "commits";

    private final Brokers brokers;
    private final String topic;
    private final int partitions;
    private final String group;
    private final NumberedRecords records;
    private final HistoryChecker checker = new HistoryChecker();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Long> generations = new ConcurrentHashMap<>();
    private final AtomicLong commits = new AtomicLong();
    private final Silences silences = new Silences();
    /** The number of the first producer's next record. */
    private final AtomicInteger next = new AtomicInteger();
    /** The number of its last acknowledged record in each partition. */
    private final AtomicIntegerArray lastAcknowledged;

    private final List<Thread> producers = new ArrayList<>();
    private final List<GroupMember> members = new ArrayList<>();
    private volatile boolean stopping;

    ClusterWork(Brokers brokers, String topic, int partitions, String group, int members) {
        this.brokers = brokers;
        this.topic = topic;
        this.partitions = partitions;
        this.group = group;
        this.records = new NumberedRecords(topic, partitions);
        this.lastAcknowledged = new AtomicIntegerArray(partitions);
        for (int i = 0; i < members; i++) {
            int number = i;
            this.members.add(GroupMember.join(
                    brokers, group, List.of(topic), Map.of(), (consumer, polled) -> take(number, consumer, polled)));
        }
        for (int i = 0; i < PRODUCERS; i++) {
            int producer = i;
            Thread thread = new Thread(() -> produce(producer), "producer-" + i);
            producers.add(thread);
            thread.start();
        }
        awaitProgress();
        Clients.until(
                "all members have partitions",
                () -> this.members.stream().noneMatch(member -> member.held().isEmpty()));
    }

    private void produce(int producer) {
        try (Producer<byte[], byte[]> client = Clients.producer(brokers, Map.of("acks", "all", "linger.ms", 2))) {
            for (int n = 0; !stopping && failures.isEmpty(); n++) {
                int number = n;
                if (producer == 0) {
                    next.set(n);
                }
                var unused = client.send(
                        records.record(producer, number),
                        (metadata, failure) -> answered(producer, number, metadata, failure));
                if (n % 10 == 9) {
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        } catch (RuntimeException | InterruptedException e) {
            failures.add(e);
        }
    }

    private void answered(int producer, int number, RecordMetadata metadata, @Nullable Exception failure) {
        if (failure == null) {
            TopicPartition partition = new TopicPartition(topic, metadata.partition());
            checker.acknowledged(producer, number, partition, metadata.offset());
            silences.heard(partition.toString());
            if (producer == 0) {
                lastAcknowledged.set(metadata.partition(), number);
            }
        } else {
            failures.add(new AssertionError("record " + number + " of producer " + producer, failure));
        }
    }

    private void take(int member, Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> polled) {
        long generation = consumer.groupMetadata().generationId();
        Long before = generations.put(member, generation);
        if (before == null || before != generation) {
            checker.assigned("member-" + member, consumer.assignment());
        }
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            if (!records.isGenuine(record)) {
                throw new AssertionError("other bytes than sent: " + record);
            }
            checker.received(
                    "member-" + member,
                    new TopicPartition(record.topic(), record.partition()),
                    record.offset(),
                    NumberedRecords.producer(record),
                    NumberedRecords.number(record));
        }
        if (!polled.isEmpty()) {
            commit(consumer, polled);
        }
    }

    /** Whoever has the partition after a rebalance reads from the last commit. */
    private void commit(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(polled.nextOffsets());
        try {
            consumer.commitSync(offsets);
            offsets.forEach((partition, offset) -> checker.committed(group, partition, offset.offset()));
            commits.incrementAndGet();
            silences.heard(COMMITS);
        } catch (RebalanceInProgressException | CommitFailedException expected) {
            checker.assigned("rebalanced", offsets.keySet());
        }
    }

    /** Returns when records were written, received and committed since it was called. */
    void awaitProgress() {
        int acknowledged = checker.acknowledgements();
        int received = checker.receipts();
        long committed = commits.get();
        Clients.until("records are acknowledged, received and committed", () -> {
            assertNotFailed();
            return checker.acknowledgements() > acknowledged + 100
                    && checker.receipts() > received + 100
                    && commits.get() > committed;
        });
    }

    /** The silences that are told by {@link #recovery} begin here. */
    void mark() {
        silences.restart();
    }

    /**
     * Returns when records sent from now on are acknowledged in every partition and a commit is; tells for how long, since
     * {@link #mark}, the partition that was worst off had none acknowledged, and the group no commit.
     */
    String recovery() {
        int sent = next.get();
        long committed = commits.get();
        Clients.until("every partition and the group go on", () -> {
            assertNotFailed();
            return acknowledgedBeyond(sent) && commits.get() > committed;
        });
        return "no record of some partition was acknowledged for " + silences.longestMillis(topic)
                + " ms, no commit for " + silences.longestMillis(COMMITS) + " ms";
    }

    private boolean acknowledgedBeyond(int number) {
        for (int partition = 0; partition < partitions; partition++) {
            if (lastAcknowledged.get(partition) < number) {
                return false;
            }
        }
        return true;
    }

    /** How often each member's rebalance listener was called. */
    List<Integer> rebalances() {
        return members.stream().map(GroupMember::rebalances).toList();
    }

    /** The generation and the id of each member. */
    List<String> memberships() {
        return members.stream()
                .map(member -> member.generation() + " " + member.memberId())
                .toList();
    }

    private void assertNotFailed() {
        if (!failures.isEmpty()) {
            throw new AssertionError("a producer failed", failures.peek());
        }
        members.forEach(GroupMember::assertNotFailed);
    }

    /** Ends the producers, has everything received and committed, and checks the whole history. */
    void finish() {
        end();
        assertNotFailed();
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(brokers, Clients.partitions(topic, partitions), Map.of())) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            ends.put(partition, record.offset() + 1);
            checker.inLog(partition, record.offset(), NumberedRecords.producer(record), NumberedRecords.number(record));
        }
        try (var admin = Clients.admin(brokers)) {
            Clients.until("all is received and committed", Duration.ofMillis(200), () -> {
                assertNotFailed();
                Map<TopicPartition, Long> asked = checker.committedUntilNow(group);
                Map<TopicPartition, Long> committed = Clients.committed(admin, group);
                checker.committedSeen(group, asked, committed);
                return committed.equals(ends);
            });
        }
        assertThat(checker.violations(true)).isEmpty();
    }

    private void end() {
        stopping = true;
        for (Thread producer : producers) {
            try {
                producer.join(Clients.PATIENCE.multipliedBy(2).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while producers end", e);
            }
        }
    }

    @Override
    public void close() {
        end();
        members.forEach(GroupMember::close);
    }
}
