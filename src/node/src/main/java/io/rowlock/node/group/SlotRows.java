package io.rowlock.node.group;

import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.SlotGrant;
import io.rowlock.broker.group.SlotHolder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The slots: who has them, and the lock under which whoever has them writes. */
final class SlotRows {

    /**
     * Begins a statement that writes: its slots that are still held, locked for its duration. Whatever it writes it joins
     * with them. Its first two parameters are set by {@link #bind}.
     */
    static final String OWNED = """
            WITH owned AS MATERIALIZED (
                SELECT s.slot
                FROM rowlock.coordinator_slot AS s
                JOIN unnest(?::smallint[], ?::bigint[]) AS held (slot, epoch)
                  ON held.slot = s.slot AND held.epoch = s.epoch
                ORDER BY s.slot
                FOR SHARE OF s
            )
            """;

    private static final String LOCK_REGISTRATION = """
            SELECT 1 FROM rowlock.node
            WHERE node_id = ? AND broker_epoch = ? AND state IN ('ACTIVE', 'STOPPING') FOR SHARE
            """;

    private static final String HOLDERS = """
            SELECT s.slot, s.node_id, s.broker_epoch, s.epoch, l.lease_until > clock_timestamp() AS alive
            FROM rowlock.coordinator_slot AS s
            LEFT JOIN rowlock.node_lease AS l USING (node_id)
            """;

    private static final String LOCK_OWN = """
            SELECT slot FROM rowlock.coordinator_slot WHERE node_id = ? ORDER BY slot FOR UPDATE
            """;

    private static final String LOCK_SEEN = """
            SELECT s.slot
            FROM rowlock.coordinator_slot AS s
            JOIN unnest(?::smallint[], ?::bigint[]) AS seen (slot, epoch)
              ON seen.slot = s.slot AND seen.epoch = s.epoch
            ORDER BY s.slot
            FOR UPDATE OF s
            """;

    private static final String LOCK_SEEN_AND_FREE = LOCK_SEEN.stripTrailing() + " SKIP LOCKED";

    /** Of slots that this transaction has locked. */
    private static final String TAKE = """
            UPDATE rowlock.coordinator_slot AS s
            SET node_id = ?, broker_epoch = ?, epoch = s.epoch + 1,
                since_epoch = CASE
                    WHEN s.node_id = ? AND s.broker_epoch = ? THEN s.since_epoch
                    ELSE s.epoch + 1
                END
            WHERE s.slot = ANY (?)
            RETURNING s.slot, s.epoch, s.since_epoch
            """;

    private static final String RELEASE = """
            UPDATE rowlock.coordinator_slot
            SET node_id = NULL, broker_epoch = NULL, epoch = epoch + 1, since_epoch = epoch + 1
            WHERE slot = ANY (?)
            RETURNING slot
            """;

    private static final String LOCK_ALONE = """
            SELECT 1 FROM rowlock.coordinator_slot WHERE slot = ? AND epoch = ? FOR UPDATE
            """;

    private SlotRows() {}

    static List<SlotHolder> holders(Connection connection) throws SQLException {
        SlotHolder[] holders = new SlotHolder[GroupSlots.COUNT];
        try (PreparedStatement select = connection.prepareStatement(HOLDERS);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                int node = rows.getInt("node_id");
                boolean nobody = rows.wasNull();
                holders[rows.getInt("slot")] = new SlotHolder(
                        nobody ? SlotHolder.NOBODY : node,
                        rows.getLong("broker_epoch"),
                        rows.getLong("epoch"),
                        !nobody && !rows.getBoolean("alive"));
            }
        }
        return List.of(holders);
    }

    /** In one transaction: the locks of the first statements are held when the last one looks. */
    static Map<Integer, SlotGrant> acquire(Connection connection, int nodeId, long brokerEpoch) throws SQLException {
        if (!exists(connection, LOCK_REGISTRATION, nodeId, brokerEpoch)) {
            return Map.of();
        }
        try (PreparedStatement lock = connection.prepareStatement(LOCK_OWN)) {
            lock.setInt(1, nodeId);
            return take(connection, nodeId, brokerEpoch, slots(lock));
        }
    }

    /** As {@link #acquire}, of slots that have the epochs with which they were {@code seen}. */
    static Map<Integer, SlotGrant> takeSeen(
            Connection connection, int nodeId, long brokerEpoch, Map<Integer, Long> seen, boolean patient)
            throws SQLException {
        if (!exists(connection, LOCK_REGISTRATION, nodeId, brokerEpoch)) {
            return Map.of();
        }
        return take(connection, nodeId, brokerEpoch, lock(connection, seen, patient));
    }

    private static Set<Integer> lock(Connection connection, Map<Integer, Long> seen, boolean patient)
            throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(patient ? LOCK_SEEN : LOCK_SEEN_AND_FREE)) {
            bind(lock, seen);
            return slots(lock);
        }
    }

    private static Map<Integer, SlotGrant> take(Connection connection, int nodeId, long brokerEpoch, Set<Integer> slots)
            throws SQLException {
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setInt(1, nodeId);
            take.setLong(2, brokerEpoch);
            take.setInt(3, nodeId);
            take.setLong(4, brokerEpoch);
            take.setObject(5, Columns.shorts(slots));
            Map<Integer, SlotGrant> held = new HashMap<>();
            try (ResultSet rows = take.executeQuery()) {
                while (rows.next()) {
                    held.put(rows.getInt(1), new SlotGrant(rows.getLong(2), rows.getLong(3)));
                }
            }
            return held;
        }
    }

    /** In one transaction, for which those that write in these slots are waited for. */
    static Set<Integer> release(Connection connection, Map<Integer, Long> held) throws SQLException {
        Set<Integer> own = lock(connection, held, true);
        try (PreparedStatement release = connection.prepareStatement(RELEASE)) {
            release.setObject(1, Columns.shorts(own));
            return slots(release);
        }
    }

    /** Waits until nobody writes in this slot, and keeps others from it until the transaction's end. False if it is lost. */
    static boolean lockAlone(Connection connection, int slot, long epoch) throws SQLException {
        return exists(connection, LOCK_ALONE, slot, epoch);
    }

    private static boolean exists(Connection connection, String sql, int first, long second) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, first);
            select.setLong(2, second);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Sets the first two parameters to slots and their epochs. */
    static void bind(PreparedStatement write, Map<Integer, Long> held) throws SQLException {
        short[] slots = new short[held.size()];
        long[] epochs = new long[held.size()];
        int i = 0;
        for (Map.Entry<Integer, Long> one : held.entrySet()) {
            slots[i] = one.getKey().shortValue();
            epochs[i++] = one.getValue();
        }
        write.setObject(1, slots);
        write.setObject(2, epochs);
    }

    /** Runs a statement that answers with its slots that were still held; returns those that were not. */
    static Set<Integer> lost(PreparedStatement write, Map<Integer, Long> held) throws SQLException {
        Set<Integer> lost = new HashSet<>(held.keySet());
        lost.removeAll(slots(write));
        return lost;
    }

    private static Set<Integer> slots(PreparedStatement select) throws SQLException {
        Set<Integer> slots = new HashSet<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                slots.add(rows.getInt(1));
            }
        }
        return slots;
    }
}
