package io.rowlock.node.group;

import io.rowlock.broker.group.SlotGrant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
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
            SELECT 1 FROM rowlock.node WHERE node_id = ? AND broker_epoch = ? FOR SHARE
            """;

    private static final String MAY_BE_TAKEN = """
            (s.node_id IS NULL
             OR s.node_id = ?
             OR (? AND NOT EXISTS (
                 SELECT 1
                 FROM rowlock.node_lease AS l
                 WHERE l.node_id = s.node_id AND l.lease_until > clock_timestamp()
             )))
            """;

    private static final String LOCK = "SELECT s.slot FROM rowlock.coordinator_slot AS s WHERE " + MAY_BE_TAKEN
            + "ORDER BY s.slot FOR UPDATE OF s";

    /** Asks again who may take them: between the start of the first question and its locks somebody else may have come. */
    private static final String TAKE = """
            UPDATE rowlock.coordinator_slot AS s
            SET node_id = ?, broker_epoch = ?, epoch = s.epoch + 1,
                since_epoch = CASE
                    WHEN s.node_id = ? AND s.broker_epoch = ? THEN s.since_epoch
                    ELSE s.epoch + 1
                END
            WHERE s.slot = ANY (?) AND\s""" + MAY_BE_TAKEN + "RETURNING s.slot, s.epoch, s.since_epoch";

    private static final String LOCK_ALONE = """
            SELECT 1 FROM rowlock.coordinator_slot WHERE slot = ? AND epoch = ? FOR UPDATE
            """;

    private SlotRows() {}

    /** Three statements of one transaction: the locks of the first two are held when the third one looks. */
    static Map<Integer, SlotGrant> acquire(Connection connection, int nodeId, long brokerEpoch, boolean fromLapsed)
            throws SQLException {
        if (!exists(connection, LOCK_REGISTRATION, nodeId, brokerEpoch)) {
            return Map.of();
        }
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setInt(1, nodeId);
            take.setLong(2, brokerEpoch);
            take.setInt(3, nodeId);
            take.setLong(4, brokerEpoch);
            take.setObject(5, lock(connection, nodeId, fromLapsed));
            take.setInt(6, nodeId);
            take.setBoolean(7, fromLapsed);
            Map<Integer, SlotGrant> held = new HashMap<>();
            try (ResultSet rows = take.executeQuery()) {
                while (rows.next()) {
                    held.put(rows.getInt(1), new SlotGrant(rows.getLong(2), rows.getLong(3)));
                }
            }
            return held;
        }
    }

    private static short[] lock(Connection connection, int nodeId, boolean fromLapsed) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setInt(1, nodeId);
            lock.setBoolean(2, fromLapsed);
            return Columns.shorts(slots(lock));
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

    /** Sets the parameters of {@link #OWNED}. */
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
