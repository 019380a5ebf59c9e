package io.rowlock.node.metadata;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of partitions when nodes come and go, for a holder of the cluster's lock: each one statement, however many
 * partitions it changes. The rules are those that the contract of the store holds.
 */
final class MembershipRows {

    /**
     * Begins every statement: who goes or comes, and who may lead; and ends it: how many partitions changed, of which topics. More
     * topics than are listed are not told.
     */
    private static final String GIVEN = """
            WITH given AS MATERIALIZED (
                SELECT ?::integer[] AS changing, ?::integer[] AS candidates, ?::bigint AS version, ?::integer AS last,
                    ?::uuid[] AS topics
            ), changed AS (
            """;

    private static final String TOLD = """
                RETURNING p.topic_id
            )
            SELECT
                (SELECT count(*) FROM changed),
                ARRAY(SELECT DISTINCT topic_id FROM changed LIMIT %d)
            """.formatted(ClusterLock.TOPICS_LISTED + 1);

    private static final String FIRST_CANDIDATE = """
            SELECT replica.id
            FROM unnest(p.replicas) WITH ORDINALITY AS replica (id, preference)
            WHERE replica.id = ANY (p.in_sync_replicas)
              AND replica.id = ANY (given.candidates)
            ORDER BY replica.preference
            LIMIT 1
            """;

    private static final String STAYING = """
            SELECT member.id
            FROM unnest(p.in_sync_replicas) WITH ORDINALITY AS member (id, place)
            WHERE member.id <> ALL (given.changing)
            ORDER BY member.place
            """;

    /** What those that go led goes to candidates. */
    private static final String NEXT_LEADER = """
            CASE WHEN p.leader = ANY (given.changing) THEN (%s) ELSE p.leader END
            """.formatted(FIRST_CANDIDATE);

    private static final String LEAVE = GIVEN + """
                UPDATE rowlock.topic_partition AS p
                SET (leader, in_sync_replicas) = (
                        SELECT next.leader, CASE WHEN next.leader IS NULL THEN p.in_sync_replicas ELSE ARRAY(%s) END
                        FROM (SELECT %s AS leader) AS next
                    ),
                    leader_epoch = p.leader_epoch + CASE WHEN p.leader = ANY (given.changing) THEN 1 ELSE 0 END,
                    partition_epoch = p.partition_epoch + 1,
                    version = given.version
                FROM given
                WHERE p.leader IS NOT NULL
                  AND (p.leader = ANY (given.changing) OR p.in_sync_replicas && given.changing)
            """.formatted(STAYING, NEXT_LEADER);

    /** Those that nobody could take stay as they are. */
    private static final String HAND_OVER = LEAVE + "AND p.in_sync_replicas && given.candidates" + TOLD;

    private static final String LOSE = GIVEN + """
                UPDATE rowlock.topic_partition AS p
                SET leader = %s,
                    leader_epoch = p.leader_epoch + CASE WHEN p.leader = ANY (given.changing) THEN 1 ELSE 0 END,
                    partition_epoch = p.partition_epoch + 1,
                    in_sync_replicas = ARRAY(%s),
                    last_in_sync = CASE WHEN p.in_sync_replicas <@ given.changing THEN given.last ELSE p.last_in_sync END,
                    version = given.version
                FROM given
                WHERE p.in_sync_replicas && given.changing
                  AND (given.topics IS NULL OR p.topic_id = ANY (given.topics))
            """.formatted(NEXT_LEADER, STAYING) + TOLD;

    /** The candidates are all that are active, the node that comes among them. */
    private static final String RETURN = GIVEN + """
                UPDATE rowlock.topic_partition AS p
                SET leader = given.changing[1],
                    leader_epoch = p.leader_epoch + 1,
                    partition_epoch = p.partition_epoch + 1,
                    in_sync_replicas = CASE WHEN p.leader IS NOT NULL THEN p.in_sync_replicas ELSE ARRAY(
                        SELECT member.id
                        FROM unnest(p.in_sync_replicas) WITH ORDINALITY AS member (id, place)
                        WHERE member.id = ANY (given.candidates)
                        ORDER BY member.place
                    ) END,
                    version = given.version
                FROM given
                WHERE p.leader = given.changing[1]
                   OR (p.leader IS NULL AND p.in_sync_replicas && given.changing)
            """ + TOLD;

    private static final String FORGET_LAST = """
            UPDATE rowlock.topic_partition SET last_in_sync = NULL WHERE last_in_sync = ?
            """;

    private final Connection connection;
    private final long version;
    private final Set<UUID> topics = new HashSet<>();

    /** For one transaction. */
    MembershipRows(Connection connection, ClusterLock cluster) {
        this.connection = connection;
        this.version = cluster.nextVersion();
    }

    /** The topics of all partitions that changed; or so many that they are not listed. */
    Set<UUID> topics() {
        return topics;
    }

    /** Nodes are gone with what they have. Returns how many partitions changed. */
    long leave(Collection<Integer> leaving, Collection<Integer> active) throws SQLException {
        return change(LEAVE + TOLD, leaving, active, null, null);
    }

    /** A node is about to go: it leaves what live nodes can have. */
    void handOver(int nodeId, Collection<Integer> live) throws SQLException {
        change(HAND_OVER, Set.of(nodeId), live, null, null);
    }

    /** A node came back with its data. */
    void returned(int nodeId, Collection<Integer> active) throws SQLException {
        change(RETURN, Set.of(nodeId), active, null, null);
    }

    /** A node came back that may lack the end of its data; {@code active} without it. */
    void mayLack(int nodeId, Collection<Integer> active) throws SQLException {
        change(LOSE, Set.of(nodeId), active, nodeId, null);
    }

    /** As {@link #mayLack}, of some topics alone. */
    void mayLackOf(Set<UUID> topics, int nodeId, Collection<Integer> active) throws SQLException {
        change(LOSE, Set.of(nodeId), active, nodeId, topics);
    }

    /** A node came back without its data; {@code active} without it. */
    void lost(int nodeId, Collection<Integer> active) throws SQLException {
        change(LOSE, Set.of(nodeId), active, null, null);
        try (PreparedStatement forget = connection.prepareStatement(FORGET_LAST)) {
            forget.setInt(1, nodeId);
            forget.executeUpdate();
        }
    }

    private long change(
            String sql,
            Collection<Integer> changing,
            Collection<Integer> candidates,
            @Nullable Integer last,
            @Nullable Set<UUID> only)
            throws SQLException {
        try (PreparedStatement change = connection.prepareStatement(sql)) {
            change.setArray(1, ClusterLock.array(connection, "int4", changing));
            change.setArray(2, ClusterLock.array(connection, "int4", candidates));
            change.setLong(3, version);
            change.setObject(4, last, Types.INTEGER);
            change.setArray(5, only == null ? null : ClusterLock.array(connection, "uuid", only));
            try (ResultSet row = change.executeQuery()) {
                row.next();
                Array changed = row.getArray(2);
                topics.addAll(Arrays.asList((UUID[]) changed.getArray()));
                return row.getLong(1);
            }
        }
    }
}
