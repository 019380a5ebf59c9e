package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.RowlockProcess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator has locked a group's row in SQL, and went for lunch. */
class GroupLockedRowTest {
    private static final int SLOTS = 64;
    private static final int FREE_GROUPS = 3;
    private static final int COMMITS = 20;

    private static final RowlockProcess node =
            RowlockProcess.in(Target.freshHome("locked-row"), List.of("-Xmx256m"), Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(node);

    @AfterAll
    static void close() {
        node.close();
    }

    @Test
    void onlyThatGroupWaits() throws SQLException {
        assumeTrue(Target.current() == Target.ROWLOCK);
        node.start();
        TopicPartition partition = new TopicPartition(Clients.topic(node, "locked-row", 1, Map.of()), 0);
        List<String> free = groupsBeside("locked");
        List<Consumer<byte[], byte[]>> others = new ArrayList<>();
        try (Consumer<byte[], byte[]> locked = member("locked", partition);
                Connection sql = node.postgres().connect()) {
            locked.commitSync(offset(partition, 1));
            lock(sql, "locked");
            CompletableFuture<Void> waiting =
                    CompletableFuture.runAsync(() -> locked.commitSync(offset(partition, 2), Clients.PATIENCE));
            free.forEach(group -> others.add(member(group, partition)));
            for (int i = 1; i <= COMMITS; i++) {
                for (Consumer<byte[], byte[]> other : others) {
                    other.commitSync(offset(partition, i), Duration.ofSeconds(10));
                }
            }
            assertThat(waiting).isNotDone();
            sql.rollback();
            Clients.get(waiting.thenApply(done -> true));
            assertThat(locked.committed(Set.of(partition))).isEqualTo(offset(partition, 2));
        } finally {
            others.forEach(Consumer::close);
        }
    }

    private static Consumer<byte[], byte[]> member(String group, TopicPartition partition) {
        Consumer<byte[], byte[]> consumer = Clients.consumer(node, Map.of("group.id", group));
        consumer.assign(List.of(partition));
        return consumer;
    }

    private static Map<TopicPartition, OffsetAndMetadata> offset(TopicPartition partition, long offset) {
        return Map.of(partition, new OffsetAndMetadata(offset));
    }

    /** Of the same slot, so that their commits go the same way. */
    private static List<String> groupsBeside(String group) {
        List<String> beside = new ArrayList<>();
        for (int i = 0; beside.size() < FREE_GROUPS; i++) {
            String name = "free-" + i;
            if (Math.floorMod(name.hashCode(), SLOTS) == Math.floorMod(group.hashCode(), SLOTS)) {
                beside.add(name);
            }
        }
        return beside;
    }

    private static void lock(Connection sql, String group) throws SQLException {
        sql.setAutoCommit(false);
        try (PreparedStatement lock =
                sql.prepareStatement("SELECT 1 FROM rowlock.committed_offset WHERE group_id = ? FOR UPDATE")) {
            lock.setString(1, group);
            assertThat(lock.executeQuery().next()).isTrue();
        }
    }
}
