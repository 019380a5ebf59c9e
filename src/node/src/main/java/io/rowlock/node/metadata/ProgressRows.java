package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.PartitionProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** How far partitions have come, for those who look. */
final class ProgressRows {

    /** Each further attempt needs another topic to be deleted between the statement's beginning and its end. */
    private static final int ATTEMPTS = 5;

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** In order, so that two of these cannot wait for each other. */
    private static final String REPORT = """
            INSERT INTO rowlock.partition_progress AS kept (
                topic_id, partition_index, leader_epoch, log_start_offset, high_watermark, reported_at)
            SELECT topic_id, partition_index, given.leader_epoch, log_start_offset, high_watermark, clock_timestamp()
            FROM unnest(?::uuid[], ?::integer[], ?::integer[], ?::bigint[], ?::bigint[])
                AS given (topic_id, partition_index, leader_epoch, log_start_offset, high_watermark)
            JOIN rowlock.topic_partition USING (topic_id, partition_index)
            ORDER BY topic_id, partition_index
            ON CONFLICT (topic_id, partition_index) DO UPDATE
            SET leader_epoch = excluded.leader_epoch,
                log_start_offset = excluded.log_start_offset,
                high_watermark = excluded.high_watermark,
                reported_at = excluded.reported_at
            WHERE kept.leader_epoch < excluded.leader_epoch
               OR (kept.leader_epoch = excluded.leader_epoch
                   AND kept.log_start_offset <= excluded.log_start_offset
                   AND kept.high_watermark <= excluded.high_watermark)
            """;

    private ProgressRows() {}

    static void report(Connection connection, List<PartitionProgress> reports) throws SQLException {
        whileTopicsGo(() -> write(connection, reports));
    }

    /** A statement that refers to partitions. */
    @FunctionalInterface
    interface Report {
        void write() throws SQLException;
    }

    /** Run again after a partition went under it, the statement does not see that partition any more. */
    static void whileTopicsGo(Report report) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                report.write();
                return;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
    }

    private static void write(Connection connection, List<PartitionProgress> reports) throws SQLException {
        try (PreparedStatement report = connection.prepareStatement(REPORT)) {
            report.setArray(
                    1,
                    ClusterLock.array(
                            connection,
                            "uuid",
                            reports.stream().map(PartitionProgress::topicId).toList()));
            report.setObject(
                    2, reports.stream().mapToInt(PartitionProgress::partition).toArray());
            report.setObject(
                    3, reports.stream().mapToInt(PartitionProgress::leaderEpoch).toArray());
            report.setObject(
                    4,
                    reports.stream()
                            .mapToLong(PartitionProgress::logStartOffset)
                            .toArray());
            report.setObject(
                    5,
                    reports.stream().mapToLong(PartitionProgress::highWatermark).toArray());
            report.executeUpdate();
        }
    }
}
