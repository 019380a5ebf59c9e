package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.NodeState;
import io.rowlock.node.metadata.RefusalRows.Standing;
import io.rowlock.node.metadata.RefusalRows.Testimony;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;

/** Ends registrations of nodes that are taken for dead, and elects leaders in their places. Blocks; thread-safe. */
final class Depositions {

    private static final String KEEP = """
            INSERT INTO rowlock.deposition (version, node_id, broker_epoch, deposed_by, cause, changed_partitions)
            SELECT ?, node_id, broker_epoch, ?, ?, ? FROM rowlock.node WHERE node_id = ANY (?)
            """;

    private static final String FORGET = """
            DELETE FROM rowlock.deposition WHERE deposed_at < clock_timestamp() - interval '30 days'
            """;

    private final DataSource dataSource;

    Depositions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Whom this call deposed because their leases ran out. As long as all is well it only looks, and locks nothing. */
    Set<Integer> lapsed(int nodeId, long brokerEpoch) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (!Leases.hasAnyLapsed(connection)) {
                return Set.of();
            }
        }
        return MetadataTransaction.run(dataSource, (connection, cluster) -> {
            Set<Integer> lapsed = Leases.lockLapsed(connection, nodeId, brokerEpoch);
            if (!lapsed.isEmpty()) {
                depose(connection, cluster, NodeStandings.read(connection), lapsed, nodeId, "LEASE");
            }
            return lapsed;
        });
    }

    /** Whether the accused is deposed now. */
    boolean refused(Testimony testimony) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Standing standing = RefusalRows.standing(connection, testimony);
            if (standing != Standing.HEARD) {
                return standing == Standing.DEPOSED;
            }
            RefusalRows.keep(connection, testimony);
            if (!RefusalRows.suffice(connection, testimony)) {
                return false;
            }
        }
        return MetadataTransaction.run(
                dataSource, (connection, cluster) -> deposeRefused(connection, cluster, testimony));
    }

    private static boolean deposeRefused(Connection connection, ClusterLock cluster, Testimony testimony)
            throws SQLException {
        Standing standing = RefusalRows.standing(connection, testimony);
        if (standing != Standing.HEARD) {
            return standing == Standing.DEPOSED;
        }
        // Whoever holds the lease's row renews it at this moment, and lives. Nobody renews it once this holds it.
        if (!Leases.lockUnlessRenewing(connection, testimony.accused())
                || !RefusalRows.suffice(connection, testimony)) {
            return false;
        }
        NodeStandings nodes = NodeStandings.read(connection);
        depose(connection, cluster, nodes, Set.of(testimony.accused()), testimony.witness(), "REFUSED");
        return true;
    }

    private static void depose(
            Connection connection, ClusterLock cluster, NodeStandings nodes, Set<Integer> leaving, int by, String cause)
            throws SQLException {
        Leases.end(connection, leaving);
        NodeStandings.set(connection, leaving, NodeState.FENCED);
        MembershipRows partitions = new MembershipRows(connection, cluster);
        long changed = partitions.leave(leaving, nodes.activeWithout(leaving));
        try (PreparedStatement keep = connection.prepareStatement(KEEP);
                PreparedStatement forget = connection.prepareStatement(FORGET)) {
            keep.setLong(1, cluster.nextVersion());
            keep.setInt(2, by);
            keep.setString(3, cause);
            keep.setLong(4, changed);
            keep.setArray(5, ClusterLock.array(connection, "int4", leaving));
            keep.executeUpdate();
            forget.executeUpdate();
        }
        ChangedRows all = new ChangedRows().partitionsOf(partitions.topics());
        leaving.forEach(all::node);
        cluster.commit(connection, all);
    }
}
