package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.RetentionReport;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** What partitions hold and keep, for those who look. */
final class RetentionRows {

    /** In order, so that two of these cannot wait for each other. */
    private static final String REPORT = """
            INSERT INTO rowlock.partition_retention AS kept (
                topic_id, partition_index, leader_epoch, log_start_offset, segments, bytes, oldest_offset, oldest_bytes,
                oldest_timestamp, by_age_and_size, retention_ms, retention_bytes, reported_at)
            SELECT topic_id, partition_index, given.leader_epoch, log_start_offset, segments, bytes, oldest_offset,
                oldest_bytes, oldest_timestamp, by_age_and_size, retention_ms, retention_bytes, clock_timestamp()
            FROM unnest(?::uuid[], ?::integer[], ?::integer[], ?::bigint[], ?::integer[], ?::bigint[], ?::bigint[],
                    ?::integer[], ?::bigint[], ?::boolean[], ?::bigint[], ?::bigint[])
                AS given (topic_id, partition_index, leader_epoch, log_start_offset, segments, bytes, oldest_offset,
                    oldest_bytes, oldest_timestamp, by_age_and_size, retention_ms, retention_bytes)
            JOIN rowlock.topic_partition USING (topic_id, partition_index)
            ORDER BY topic_id, partition_index
            ON CONFLICT (topic_id, partition_index) DO UPDATE
            SET leader_epoch = excluded.leader_epoch,
                log_start_offset = excluded.log_start_offset,
                segments = excluded.segments,
                bytes = excluded.bytes,
                oldest_offset = excluded.oldest_offset,
                oldest_bytes = excluded.oldest_bytes,
                oldest_timestamp = excluded.oldest_timestamp,
                by_age_and_size = excluded.by_age_and_size,
                retention_ms = excluded.retention_ms,
                retention_bytes = excluded.retention_bytes,
                reported_at = excluded.reported_at
            WHERE kept.leader_epoch <= excluded.leader_epoch
            """;

    private RetentionRows() {}

    static void report(Connection connection, List<RetentionReport> reports) throws SQLException {
        ProgressRows.whileTopicsGo(() -> write(connection, reports));
    }

    private static void write(Connection connection, List<RetentionReport> reports) throws SQLException {
        try (PreparedStatement report = connection.prepareStatement(REPORT)) {
            Columns columns = new Columns(connection, report, reports);
            columns.set("uuid", RetentionReport::topicId);
            columns.set("integer", RetentionReport::partition);
            columns.set("integer", RetentionReport::leaderEpoch);
            columns.set("bigint", RetentionReport::logStartOffset);
            columns.set("integer", RetentionReport::segments);
            columns.set("bigint", RetentionReport::bytes);
            columns.set("bigint", RetentionReport::oldestOffset);
            columns.set("integer", RetentionReport::oldestBytes);
            columns.set("bigint", RetentionReport::oldestTimestamp);
            columns.set("boolean", RetentionReport::byAgeAndSize);
            columns.set("bigint", RetentionReport::retentionMs);
            columns.set("bigint", RetentionReport::retentionBytes);
            report.executeUpdate();
        }
    }

    /** Sets one array after the other. */
    private static final class Columns {

        private final Connection connection;
        private final PreparedStatement statement;
        private final List<RetentionReport> reports;
        private int last;

        Columns(Connection connection, PreparedStatement statement, List<RetentionReport> reports) {
            this.connection = connection;
            this.statement = statement;
            this.reports = reports;
        }

        void set(String type, Function<RetentionReport, Object> column) throws SQLException {
            statement.setArray(
                    ++last,
                    connection.createArrayOf(type, reports.stream().map(column).toArray()));
        }
    }
}
