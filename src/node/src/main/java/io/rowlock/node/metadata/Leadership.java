package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.InSyncResult.Altered;
import io.rowlock.broker.cluster.LeadershipDecisions;
import io.rowlock.broker.cluster.LeadershipDecisions.Election;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.node.metadata.PartitionUpdates.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What leaders, operators and nodes that stop change of partitions. Blocks; thread-safe. */
final class Leadership {

    private final DataSource dataSource;

    Leadership(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    List<InSyncResult> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes) throws SQLException {
        changes.forEach(change -> change.check(nodeId));
        if (changes.isEmpty()) {
            return List.of();
        }
        return MetadataTransaction.run(dataSource, (connection, cluster) -> {
            LeadershipDecisions decisions = new LeadershipDecisions(NodeStandings.read(connection));
            Map<PartitionId, Row> now = PartitionUpdates.read(
                    connection, changes.stream().map(InSyncChange::partition).toList());
            List<InSyncResult> results = new ArrayList<>(changes.size());
            Map<PartitionId, PartitionInfo> changed = new HashMap<>();
            for (InSyncChange change : changes) {
                Row row = now.get(change.partition());
                InSyncResult result =
                        decisions.alter(nodeId, brokerEpoch, change, row == null ? null : row.partition());
                if (result instanceof Altered altered) {
                    changed.put(change.partition(), altered.now());
                }
                results.add(result);
            }
            replace(connection, cluster, changed);
            return results;
        });
    }

    Map<PartitionId, ElectionOutcome> elect(ElectionType type, Set<PartitionId> partitions) throws SQLException {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        return MetadataTransaction.run(dataSource, (connection, cluster) -> {
            LeadershipDecisions decisions = new LeadershipDecisions(NodeStandings.read(connection));
            Map<PartitionId, Row> now = PartitionUpdates.read(connection, partitions);
            Map<PartitionId, ElectionOutcome> outcomes = new HashMap<>();
            Map<PartitionId, PartitionInfo> changed = new HashMap<>();
            for (PartitionId id : partitions) {
                Row row = now.get(id);
                Election election = decisions.elect(
                        type,
                        row == null ? null : row.partition(),
                        row == null ? PartitionInfo.NO_LEADER : row.lastInSync());
                outcomes.put(id, election.outcome());
                PartitionInfo next = election.next();
                if (next != null) {
                    changed.put(id, next);
                }
            }
            replace(connection, cluster, changed);
            return outcomes;
        });
    }

    private static void replace(Connection connection, ClusterLock cluster, Map<PartitionId, PartitionInfo> changed)
            throws SQLException {
        if (!changed.isEmpty()) {
            PartitionUpdates.replace(connection, cluster, changed);
            cluster.commit(
                    connection,
                    new ChangedRows()
                            .partitionsOf(changed.keySet().stream()
                                    .map(PartitionId::topicId)
                                    .collect(Collectors.toSet())));
        }
    }

    /** Begins a stop by plan; returns the version of the metadata that contains it. */
    long handOver(int nodeId, long brokerEpoch) throws SQLException {
        return MetadataTransaction.run(dataSource, (connection, cluster) -> {
            NodeStandings nodes = NodeStandings.read(connection);
            if (!nodes.isServing(nodeId, brokerEpoch)) {
                return cluster.version();
            }
            MembershipRows partitions = new MembershipRows(connection, cluster);
            partitions.handOver(nodeId, nodes.liveWithout(nodeId));
            ChangedRows changed = new ChangedRows().partitionsOf(partitions.topics());
            if (NodeStandings.set(connection, Set.of(nodeId), NodeState.STOPPING)) {
                changed.node(nodeId);
            }
            if (changed.isEmpty()) {
                return cluster.version();
            }
            cluster.commit(connection, changed);
            return cluster.nextVersion();
        });
    }

    /** Ends a stop by plan. */
    boolean release(int nodeId, long brokerEpoch) throws SQLException {
        return MetadataTransaction.run(dataSource, (connection, cluster) -> {
            NodeStandings nodes = NodeStandings.read(connection);
            if (!nodes.isServing(nodeId, brokerEpoch)) {
                return false;
            }
            Set<Integer> leaving = Set.of(nodeId);
            Leases.end(connection, leaving);
            NodeStandings.set(connection, leaving, NodeState.STOPPED);
            MembershipRows partitions = new MembershipRows(connection, cluster);
            partitions.leave(leaving, nodes.activeWithout(leaving));
            cluster.commit(connection, new ChangedRows().node(nodeId).partitionsOf(partitions.topics()));
            return true;
        });
    }
}
