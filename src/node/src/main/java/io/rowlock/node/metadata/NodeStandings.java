package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.LeadershipDecisions;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** All nodes as they stand, for a holder of the cluster's lock: nobody else changes more of them than their leases. */
final class NodeStandings implements LeadershipDecisions.Nodes {

    private static final String READ = """
            SELECT n.node_id, n.broker_epoch, n.directory_id, n.rack, n.state, l.lease_until > clock_timestamp()
            FROM rowlock.node AS n
            JOIN rowlock.node_lease AS l USING (node_id)
            """;

    private static final String SET_STATE = """
            UPDATE rowlock.node SET state = ? WHERE node_id = ANY (?) AND state <> ?
            """;

    private final Map<Integer, NodeInfo> nodes = new TreeMap<>();
    private final Set<Integer> alive = new TreeSet<>();

    static NodeStandings read(Connection connection) throws SQLException {
        NodeStandings standings = new NodeStandings();
        try (PreparedStatement select = connection.prepareStatement(READ);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                int id = rows.getInt(1);
                NodeState state = NodeState.valueOf(rows.getString(5));
                standings.nodes.put(
                        id,
                        new NodeInfo(
                                id,
                                rows.getLong(2),
                                rows.getObject(3, UUID.class),
                                rows.getString(4),
                                Map.of(),
                                state));
                if (rows.getBoolean(6)) {
                    standings.alive.add(id);
                }
            }
        }
        return standings;
    }

    /** Without endpoints. */
    @Override
    public @Nullable NodeInfo node(int id) {
        return nodes.get(id);
    }

    boolean isAlive(int id) {
        return alive.contains(id);
    }

    @Override
    public boolean isLive(int id) {
        NodeInfo node = nodes.get(id);
        return node != null && node.isActive() && isAlive(id);
    }

    /** All that are active but {@code others}. */
    Set<Integer> activeWithout(Collection<Integer> others) {
        Set<Integer> active = new TreeSet<>();
        for (NodeInfo node : nodes.values()) {
            if (node.isActive() && !others.contains(node.id())) {
                active.add(node.id());
            }
        }
        return active;
    }

    /** All that are live but {@code other}. */
    Set<Integer> liveWithout(int other) {
        Set<Integer> live = new TreeSet<>(alive);
        live.retainAll(activeWithout(Set.of(other)));
        return live;
    }

    /** Returns whether any was in another state. */
    static boolean set(Connection connection, Collection<Integer> ids, NodeState state) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(SET_STATE)) {
            update.setString(1, state.name());
            update.setArray(2, ClusterLock.array(connection, "int4", ids));
            update.setString(3, state.name());
            return update.executeUpdate() > 0;
        }
    }
}
