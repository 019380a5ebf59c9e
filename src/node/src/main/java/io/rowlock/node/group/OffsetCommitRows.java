package io.rowlock.node.group;

import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes committed offsets. First as if all groups and topics existed, which is nearly always so and half the work: the
 * foreign keys tell if not. Then with the groups that are missing, and without the topics that are not there.
 */
final class OffsetCommitRows {

    /** Each further attempt needs another topic, or group, to be deleted between a statement's beginning and its end. */
    private static final int ATTEMPTS = 5;

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** Stands for the node's own retention. */
    private static final long NO_RETENTION = -1;

    private static final String INTO = """
            INSERT INTO rowlock.committed_offset (
                group_id, topic_id, partition_index, committed_offset, leader_epoch, metadata, committed_at, expires_at)
            """;

    private static final String INSTEAD = """
            ON CONFLICT (group_id, topic_id, partition_index) DO UPDATE
            SET committed_offset = excluded.committed_offset,
                leader_epoch = excluded.leader_epoch,
                metadata = excluded.metadata,
                committed_at = excluded.committed_at,
                expires_at = excluded.expires_at
            """;

    /** A lone consumer waits for each of these: without arrays it costs little more than the bare upsert. */
    private static final String ONE = """
            WITH owned AS MATERIALIZED (
                SELECT slot FROM rowlock.coordinator_slot WHERE slot = ? AND epoch = ? FOR SHARE
            )
            """ + INTO + """
            SELECT
                ?, ?, ?, ?, ?, ?, clock_timestamp(),
                CASE WHEN ? THEN clock_timestamp() + ? * interval '1 millisecond' END
            FROM owned
            """ + INSTEAD;

    private static final String GIVEN = """
            unnest(
                ?::smallint[], ?::text[], ?::uuid[], ?::integer[], ?::bigint[], ?::integer[], ?::text[], ?::bigint[])
            AS c (slot, group_id, topic_id, partition_index, committed_offset, leader_epoch, metadata, retention_ms)
            JOIN owned USING (slot)
            """;

    private static final String OF_EACH = """
            SELECT
                group_id, topic_id, partition_index, committed_offset, leader_epoch, metadata, clock_timestamp(),
                CASE WHEN retention_ms >= 0 THEN clock_timestamp() + retention_ms * interval '1 millisecond' END
            """;

    private static final String MANY =
            SlotRows.OWNED + ", kept AS (" + INTO + OF_EACH + "FROM " + GIVEN + INSTEAD + ") SELECT slot FROM owned";

    private static final String MANY_TO_ANY_GROUP = SlotRows.OWNED + ", given AS MATERIALIZED (SELECT c.* FROM " + GIVEN
            + """
            ), new_group AS (
                INSERT INTO rowlock.consumer_group (group_id, slot)
                SELECT DISTINCT group_id, slot
                FROM given
                ORDER BY group_id
                ON CONFLICT (group_id) DO NOTHING
            ), kept AS (
            """ + INTO + OF_EACH + "FROM given JOIN rowlock.topic USING (topic_id) " + INSTEAD
            + ") SELECT slot FROM owned";

    private OffsetCommitRows() {}

    /**
     * One statement, or after a foreign key said so another one, each a transaction of its own.
     *
     * @param connection in auto-commit mode
     * @param commits no key twice
     * @return the slots that are lost
     */
    static Set<Integer> write(Connection connection, Map<Integer, Long> held, Collection<OffsetCommit> commits)
            throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (attempt > 1) {
                    return many(connection, MANY_TO_ANY_GROUP, held, commits);
                }
                return held.size() == 1 && commits.size() == 1
                        ? one(connection, held, commits.iterator().next())
                        : many(connection, MANY, held, commits);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
    }

    private static Set<Integer> one(Connection connection, Map<Integer, Long> held, OffsetCommit offset)
            throws SQLException {
        OffsetKey key = offset.key();
        Map.Entry<Integer, Long> slot = held.entrySet().iterator().next();
        try (PreparedStatement commit = connection.prepareStatement(ONE)) {
            commit.setInt(1, slot.getKey());
            commit.setLong(2, slot.getValue());
            commit.setString(3, key.groupId());
            commit.setObject(4, key.topicId());
            commit.setInt(5, key.partition());
            commit.setLong(6, offset.offset());
            commit.setInt(7, offset.leaderEpoch());
            commit.setString(8, offset.metadata());
            commit.setBoolean(9, offset.retention() != null);
            commit.setLong(10, retentionMs(offset.retention()));
            return commit.executeUpdate() == 1 ? Set.of() : Set.of(slot.getKey());
        }
    }

    private static Set<Integer> many(
            Connection connection, String sql, Map<Integer, Long> held, Collection<OffsetCommit> commits)
            throws SQLException {
        try (PreparedStatement commit = connection.prepareStatement(sql)) {
            SlotRows.bind(commit, held);
            OffsetRows.bindKeys(commit, commits.stream().map(OffsetCommit::key).toList());
            commit.setObject(7, Columns.longs(commits, OffsetCommit::offset));
            commit.setObject(8, Columns.ints(commits, OffsetCommit::leaderEpoch));
            commit.setObject(9, Columns.texts(commits, OffsetCommit::metadata));
            commit.setObject(10, Columns.longs(commits, one -> retentionMs(one.retention())));
            return SlotRows.lost(commit, held);
        }
    }

    private static long retentionMs(@Nullable Duration retention) {
        return retention == null ? NO_RETENTION : OffsetRows.millis(retention);
    }
}
