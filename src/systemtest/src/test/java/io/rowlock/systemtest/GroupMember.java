package io.rowlock.systemtest;

import io.rowlock.systemtest.process.Brokers;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A consumer with a thread of its own, as a service runs one: it polls and works until it is told to end. Only that thread touches the consumer; what is asked
 * here may be asked from any.
 */
final class GroupMember implements AutoCloseable {
    /** What is done with what a poll brought, also when it brought nothing; on the member's thread. */
    interface Work {
        void on(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records);
    }

    /** Published after each poll, so that what stands in it belongs together. */
    private record View(Set<TopicPartition> held, int rebalances, int generation, String memberId) {}

    private static final Duration POLL = Duration.ofMillis(50);

    private final Consumer<byte[], byte[]> consumer;
    private final Work work;
    private final Thread thread;
    private final Set<TopicPartition> held = new HashSet<>();
    private int rebalances;
    private volatile View view = new View(Set.of(), 0, -1, "");
    private volatile @Nullable CloseOptions end;
    private volatile @Nullable Throwable failure;

    private GroupMember(Consumer<byte[], byte[]> consumer, Work work) {
        this.consumer = consumer;
        this.work = work;
        this.thread = new Thread(this::run, "group-member");
    }

    /** A member that starts where the group has committed, or else at the beginning. */
    static GroupMember join(
            Brokers server, String group, Collection<String> topics, Map<String, Object> overrides, Work work) {
        Map<String, Object> config = new HashMap<>();
        config.put("group.id", group);
        config.put("auto.offset.reset", "earliest");
        config.put("heartbeat.interval.ms", 100);
        config.putAll(overrides);
        GroupMember member = new GroupMember(Clients.consumer(server, config), work);
        member.consumer.subscribe(topics, member.new Listener());
        member.thread.start();
        return member;
    }

    private void run() {
        try {
            while (end == null) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                publish();
                work.on(consumer, records);
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        } finally {
            CloseOptions options = end;
            consumer.close(options == null ? CloseOptions.timeout(Duration.ofSeconds(5)) : options);
        }
    }

    private void publish() {
        ConsumerGroupMetadata group = consumer.groupMetadata();
        view = new View(Set.copyOf(held), rebalances, group.generationId(), group.memberId());
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            held.addAll(partitions);
            rebalances++;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            held.removeAll(List.copyOf(partitions));
            rebalances++;
        }
    }

    /** What the group gave it, as its rebalance listener was told. */
    Set<TopicPartition> held() {
        return view.held();
    }

    /** How often its rebalance listener was called, whatever for. */
    int rebalances() {
        return view.rebalances();
    }

    /** Of its last poll; -1 before it is in the group. */
    int generation() {
        return view.generation();
    }

    /** Of its last poll; empty before it is in the group. */
    String memberId() {
        return view.memberId();
    }

    /** What ended it, if it did not end as told. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Ends it in order; it leaves the group, unless it is a static member. */
    @Override
    public void close() {
        tellToClose();
        awaitEnd();
    }

    /** Ends it in order; it leaves the group even as a static member. */
    void leave() {
        tell(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        awaitEnd();
    }

    /** Ends it as a crash does: the group hears nothing of it. */
    void abandon() {
        tellToVanish();
        awaitEnd();
    }

    /** As {@link #close}, without waiting for it. */
    void tellToClose() {
        tell(CloseOptions.timeout(Duration.ofSeconds(10)));
    }

    /** As {@link #abandon}, without waiting for it. */
    void tellToVanish() {
        tell(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP)
                .withTimeout(Duration.ZERO));
    }

    private void tell(CloseOptions options) {
        if (end == null) {
            end = options;
        }
    }

    private void awaitEnd() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a member ends", e);
        }
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Fails if it ended otherwise than as told. */
    void assertNotFailed() {
        if (failure != null) {
            throw new AssertionError("a member failed", failure);
        }
    }
}
