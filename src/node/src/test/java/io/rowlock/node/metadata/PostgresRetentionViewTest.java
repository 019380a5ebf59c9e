package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RetentionReport;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of what will be deleted when. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresRetentionViewTest {

    private static final UUID ORDERS = new UUID(7, 7);
    /** 2023-11-14 22:13:20 UTC. */
    private static final long TIMESTAMP = 1_700_000_000_000L;

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore metadata;

    @Inject
    PostgresRetentionViewTest(AgroalDataSource dataSource, PostgresMetadataStore metadata) {
        this.dataSource = dataSource;
        this.metadata = metadata;
    }

    @BeforeEach
    void aNodeWithATopic() throws Exception {
        TestDatabase.empty(dataSource);
        NodeRegistration node = new NodeRegistration(4, new UUID(1, 1), null, Map.of(), Duration.ofMinutes(5));
        get(metadata.register(node));
        get(metadata.createTopics(
                List.of(new NewTopic(ORDERS, "orders", false, Collections.nCopies(8, List.of(4)), Map.of()))));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static RetentionReport report(
            int partition, int epoch, long timestamp, boolean byAgeAndSize, long millis, long bytes) {
        return new RetentionReport(
                ORDERS, partition, epoch, 5, 3, 2500, 4, 1000, timestamp, byAgeAndSize, millis, bytes);
    }

    private String ask(String columns) throws Exception {
        return TestDatabase.ask(
                dataSource,
                "SELECT coalesce(string_agg(concat_ws(' ', " + columns + "), E'\\n' ORDER BY partition), '')"
                        + " FROM rowlock.v_retention");
    }

    private String due() throws Exception {
        return ask(
                "partition, coalesce(CASE WHEN isfinite(due_at) THEN (extract(epoch FROM due_at) * 1000)::bigint::text"
                        + " ELSE due_at::text END, '-'), coalesce(bytes_over::text, '-')");
    }

    @Test
    void whatIsDueAndWhatIsTooMuchIsSeen() throws Exception {
        get(metadata.reportRetention(List.of(
                report(0, 1, TIMESTAMP, true, 5000, 2499),
                report(1, 1, TIMESTAMP, true, -1, 2500),
                report(2, 1, TIMESTAMP, true, Long.MAX_VALUE, 2501),
                report(3, 1, TIMESTAMP, false, 5000, 100),
                report(4, 1, -1, true, 5000, -1),
                report(5, 1, Long.MAX_VALUE, true, Long.MAX_VALUE, -1))));
        assertThat(due()).isEqualTo("""
                0 1700000005000 1
                1 - 0
                2 infinity 0
                3 - -
                4 - -
                5 infinity -""");
        assertThat(ask("topic, log_start_offset, segments, bytes, oldest_offset, oldest_bytes,"
                        + " extract(epoch FROM oldest_until)::bigint, retention_ms, retention_bytes"))
                .startsWith("orders 5 3 2500 4 1000 1700000000 5000 2499");
    }

    @Test
    void theLastReportOfTheNewestLeaderCounts() throws Exception {
        get(metadata.reportRetention(List.of(report(0, 2, TIMESTAMP, true, 1000, -1))));
        get(metadata.reportRetention(List.of(report(0, 1, TIMESTAMP, true, 9000, -1))));
        assertThat(due()).isEqualTo("0 1700000001000 -");
        get(metadata.reportRetention(List.of(report(0, 2, TIMESTAMP, true, 2000, -1))));
        assertThat(due()).isEqualTo("0 1700000002000 -");
        get(metadata.reportRetention(List.of(report(8, 0, TIMESTAMP, true, 1, 1))));
        assertThat(due()).as("no such partition").isEqualTo("0 1700000002000 -");
        get(metadata.deleteTopics(List.of(ORDERS)));
        assertThat(due()).isEmpty();
    }
}
