package io.rowlock.node.group;

import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupPhase;
import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.MemberSnapshot;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads groups with their members, and forgets them. */
final class GroupRows {

    private static final Map<String, GroupPhase> PHASES =
            Arrays.stream(GroupPhase.values()).collect(Collectors.toMap(GroupPhase::displayName, Function.identity()));

    private static final String LOAD = """
            SELECT
                g.group_id, g.phase, g.protocol_type, g.generation, g.protocol, g.leader, g.subscribed_topics,
                m.member_id, m.instance_id, m.client_id, m.client_host, m.session_timeout_ms, m.rebalance_timeout_ms,
                m.protocol_names, m.protocol_metadata, m.assignment
            FROM rowlock.consumer_group AS g
            LEFT JOIN rowlock.group_member AS m USING (group_id)
            WHERE g.slot = ANY (?)
            ORDER BY g.group_id, m.place
            """;

    private static final String DELETE = SlotRows.OWNED + """
            , gone AS (
                DELETE FROM rowlock.consumer_group AS g
                USING unnest(?::smallint[], ?::text[]) AS k (slot, group_id)
                JOIN owned USING (slot)
                WHERE g.group_id = k.group_id
            )
            SELECT slot FROM owned
            """;

    private static final String NOTHING_LEFT = """
            FROM rowlock.consumer_group AS g
            WHERE g.slot = ?
              AND g.phase = 'Empty'
              AND NOT EXISTS (SELECT 1 FROM rowlock.committed_offset AS o WHERE o.group_id = g.group_id)
            """;
    private static final String FIND_FORGETTABLE = "SELECT g.group_id " + NOTHING_LEFT + "LIMIT 1";
    private static final String FORGET = "DELETE " + NOTHING_LEFT + "RETURNING g.group_id";

    private GroupRows() {}

    static List<GroupSnapshot> load(Connection connection, Set<Integer> slots) throws SQLException {
        List<GroupSnapshot> groups = new ArrayList<>();
        try (PreparedStatement load = connection.prepareStatement(LOAD)) {
            load.setObject(1, Columns.shorts(slots));
            try (ResultSet rows = load.executeQuery()) {
                String last = null;
                while (rows.next()) {
                    String id = rows.getString(1);
                    if (!id.equals(last)) {
                        groups.add(group(rows));
                        last = id;
                    }
                    if (rows.getString(8) != null) {
                        groups.get(groups.size() - 1).members().add(member(rows));
                    }
                }
            }
        }
        return groups;
    }

    /** Without its members, which the following rows add. */
    private static GroupSnapshot group(ResultSet row) throws SQLException {
        GroupPhase phase = PHASES.get(row.getString(2));
        if (phase == null) {
            throw new SQLException("rowlock.consumer_group has a phase that this version does not know");
        }
        Array topics = row.getArray(7);
        return new GroupSnapshot(
                row.getString(1),
                phase,
                row.getString(3),
                row.getInt(4),
                row.getString(5),
                row.getString(6),
                topics == null ? null : Set.copyOf(Arrays.asList((String[]) topics.getArray())),
                new ArrayList<>());
    }

    private static MemberSnapshot member(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray(14).getArray();
        byte[][] metadata = (byte[][]) row.getArray(15).getArray();
        List<JoinProtocol> protocols = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            protocols.add(new JoinProtocol(names[i], Bytes.of(metadata[i])));
        }
        return new MemberSnapshot(
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getInt(12),
                row.getInt(13),
                protocols,
                Bytes.of(row.getBytes(16)));
    }

    static Set<Integer> delete(Connection connection, Map<Integer, Long> held, Collection<String> groupIds)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            SlotRows.bind(delete, held);
            delete.setObject(3, Columns.shorts(groupIds, GroupSlots::of));
            delete.setObject(4, Columns.texts(groupIds, id -> id));
            return SlotRows.lost(delete, held);
        }
    }

    /** Whether a slot has groups with neither members nor offsets, as far as can be told without a lock. */
    static boolean hasForgettable(Connection connection, int slot) throws SQLException {
        return !ids(connection, FIND_FORGETTABLE, slot).isEmpty();
    }

    /** Deletes them; the caller has the slot for itself, so that nobody commits to them meanwhile. Returns their ids. */
    static List<String> forget(Connection connection, int slot) throws SQLException {
        return ids(connection, FORGET, slot);
    }

    private static List<String> ids(Connection connection, String sql, int slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, slot);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }
}
