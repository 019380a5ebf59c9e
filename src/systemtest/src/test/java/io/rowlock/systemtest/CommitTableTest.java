package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.load.CommitRounds;
import io.rowlock.systemtest.load.TableUse;
import io.rowlock.systemtest.process.RowlockProcess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commits without end leave the tables small. The bench's {@code commit-table-size} shows the same for as long as it is told to. */
class CommitTableTest {
    private static final int GROUPS = 64;
    private static final int ROUNDS = 2_000;
    private static final long LARGEST_BYTES = 1 << 20;

    private static final RowlockProcess node =
            RowlockProcess.in(Target.freshHome("commit-table"), List.of("-Xmx256m"), Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(node);

    @AfterAll
    static void close() {
        node.close();
    }

    @Test
    void aHundredThousandCommitsLeaveLessThanAMebibyte() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        node.start();
        String topic = Clients.topic(node, "endless", 1, Map.of());
        try (CommitRounds commits = CommitRounds.connect(node.clientPort(), topic, "endless-", GROUPS)) {
            for (int round = 0; round < ROUNDS; round++) {
                commits.next();
            }
        }
        try (Admin admin = Clients.admin(node)) {
            assertThat(IntStream.range(0, GROUPS)
                            .mapToObj(i -> Clients.get(admin.listConsumerGroupOffsets("endless-" + i)
                                    .partitionsToOffsetAndMetadata()))
                            .flatMap(offsets -> offsets.values().stream())
                            .map(OffsetAndMetadata::offset)
                            .collect(Collectors.groupingBy(offset -> offset, Collectors.counting())))
                    .isEqualTo(Map.of((long) ROUNDS, (long) GROUPS));
        }
        assertThat(countedUse().hotShare()).isGreaterThan(0.9);
        assertThat(TableUse.all(node.postgres()))
                .allSatisfy((name, use) -> assertThat(use.totalBytes()).isLessThan(LARGEST_BYTES));
    }

    /** PostgreSQL counts a second late. */
    private static TableUse countedUse() {
        long deadline = System.nanoTime() + Clients.PATIENCE.toNanos();
        while (true) {
            Map<String, TableUse> tables = TableUse.all(node.postgres());
            TableUse use = tables.get("committed_offset");
            if (use != null && use.updates() > ROUNDS) {
                return use;
            }
            assertThat(System.nanoTime()).as("deadline; %s", tables).isLessThan(deadline);
        }
    }
}
