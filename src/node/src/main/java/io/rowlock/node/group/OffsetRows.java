package io.rowlock.node.group;

import io.rowlock.broker.group.CommittedOffset;
import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.OffsetQuery;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Reads committed offsets and forgets them; each method is one statement. */
final class OffsetRows {

    /** A time that a client asks for may be longer than PostgreSQL can add to a date. */
    private static final Duration RETENTION_MAX = Duration.ofDays(365_000);

    private static final String FETCH = """
            SELECT q.number, o.topic_id, o.partition_index, o.committed_offset, o.leader_epoch, o.metadata
            FROM unnest(?::integer[], ?::text[]) AS q (number, group_id)
            JOIN rowlock.committed_offset AS o USING (group_id)
            UNION ALL
            SELECT q.number, o.topic_id, o.partition_index, o.committed_offset, o.leader_epoch, o.metadata
            FROM unnest(?::integer[], ?::text[], ?::uuid[]) AS q (number, group_id, topic_id)
            JOIN rowlock.committed_offset AS o USING (group_id, topic_id)
            """;

    private static final String DELETE = SlotRows.OWNED + """
            , gone AS (
                DELETE FROM rowlock.committed_offset AS o
                USING unnest(?::smallint[], ?::text[], ?::uuid[], ?::integer[])
                    AS k (slot, group_id, topic_id, partition_index)
                JOIN owned USING (slot)
                WHERE o.group_id = k.group_id
                  AND o.topic_id = k.topic_id
                  AND o.partition_index = k.partition_index
            )
            SELECT slot FROM owned
            """;

    /** Passes by what is being committed just now, which has not expired. */
    private static final String EXPIRE = SlotRows.OWNED + """
            , expired AS MATERIALIZED (
                SELECT o.group_id, o.topic_id, o.partition_index
                FROM owned
                JOIN rowlock.consumer_group AS g USING (slot)
                JOIN rowlock.committed_offset AS o USING (group_id)
                JOIN rowlock.topic AS t USING (topic_id)
                CROSS JOIN LATERAL (
                    SELECT coalesce(o.expires_at - o.committed_at, ? * interval '1 millisecond') AS time
                ) AS retention
                WHERE o.committed_at + retention.time <= clock_timestamp()
                  AND CASE g.phase
                      WHEN 'Empty' THEN g.protocol_type IS NULL OR g.phase_since + retention.time <= clock_timestamp()
                      WHEN 'Stable' THEN t.name <> ALL (g.subscribed_topics)
                      ELSE false
                  END
                FOR UPDATE OF o SKIP LOCKED
            )
            DELETE FROM rowlock.committed_offset AS o
            USING expired AS e
            WHERE o.group_id = e.group_id
              AND o.topic_id = e.topic_id
              AND o.partition_index = e.partition_index
            """;

    private OffsetRows() {}

    /** In milliseconds, within what a date can be moved by. */
    static long millis(Duration retention) {
        Duration bounded = retention.compareTo(RETENTION_MAX) < 0 ? retention : RETENTION_MAX;
        return bounded.isNegative() ? 0 : bounded.toMillis();
    }

    static Set<Integer> delete(Connection connection, Map<Integer, Long> held, List<OffsetKey> keys)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            SlotRows.bind(delete, held);
            bindKeys(delete, keys);
            return SlotRows.lost(delete, held);
        }
    }

    /** Parameters 3 to 6. */
    static void bindKeys(PreparedStatement write, List<OffsetKey> keys) throws SQLException {
        write.setObject(3, Columns.shorts(keys, key -> GroupSlots.of(key.groupId())));
        write.setObject(4, Columns.texts(keys, OffsetKey::groupId));
        write.setArray(
                5,
                uuids(
                        write.getConnection(),
                        keys.stream().map(OffsetKey::topicId).toList()));
        write.setObject(6, Columns.ints(keys, OffsetKey::partition));
    }

    static List<List<CommittedOffset>> fetch(Connection connection, List<OffsetQuery> queries) throws SQLException {
        List<List<CommittedOffset>> answers = new ArrayList<>(queries.size());
        List<Integer> whole = new ArrayList<>();
        List<Integer> pairs = new ArrayList<>();
        List<UUID> topics = new ArrayList<>();
        for (int number = 0; number < queries.size(); number++) {
            answers.add(new ArrayList<>());
            Set<UUID> topicIds = queries.get(number).topicIds();
            if (topicIds == null) {
                whole.add(number);
            } else {
                for (UUID topicId : topicIds) {
                    pairs.add(number);
                    topics.add(topicId);
                }
            }
        }
        try (PreparedStatement fetch = connection.prepareStatement(FETCH)) {
            fetch.setObject(1, Columns.ints(whole, number -> number));
            fetch.setObject(
                    2, Columns.texts(whole, number -> queries.get(number).groupId()));
            fetch.setObject(3, Columns.ints(pairs, number -> number));
            fetch.setObject(
                    4, Columns.texts(pairs, number -> queries.get(number).groupId()));
            fetch.setArray(5, uuids(connection, topics));
            try (ResultSet rows = fetch.executeQuery()) {
                while (rows.next()) {
                    answers.get(rows.getInt(1)).add(offset(rows));
                }
            }
        }
        return answers;
    }

    private static CommittedOffset offset(ResultSet row) throws SQLException {
        return new CommittedOffset(
                row.getObject(2, UUID.class), row.getInt(3), row.getLong(4), row.getInt(5), row.getString(6));
    }

    static void expire(Connection connection, int slot, long epoch, Duration retention) throws SQLException {
        try (PreparedStatement expire = connection.prepareStatement(EXPIRE)) {
            SlotRows.bind(expire, Map.of(slot, epoch));
            expire.setLong(3, millis(retention));
            expire.executeUpdate();
        }
    }

    private static Array uuids(Connection connection, List<UUID> ids) throws SQLException {
        return connection.createArrayOf("uuid", ids.toArray());
    }
}
