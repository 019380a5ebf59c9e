package io.rowlock.broker.cluster;

import io.rowlock.broker.cluster.InSyncResult.Altered;
import io.rowlock.broker.cluster.LeadershipDecisions.Election;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What leaders and operators change of partitions in an {@link InMemoryCluster}. */
final class InMemoryLeadership {

    private static final Comparator<PartitionId> ORDER =
            Comparator.comparing(PartitionId::topicId).thenComparing(PartitionId::index);

    private final InMemoryCluster cluster;
    private final LeadershipDecisions decisions;

    InMemoryLeadership(InMemoryCluster cluster) {
        this.cluster = cluster;
        this.decisions = new LeadershipDecisions(cluster);
    }

    List<InSyncResult> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes) {
        changes.forEach(change -> change.check(nodeId));
        return changes.stream()
                .map(change -> alter(nodeId, brokerEpoch, change))
                .toList();
    }

    private InSyncResult alter(int nodeId, long brokerEpoch, InSyncChange change) {
        PartitionId id = change.partition();
        InSyncResult result = decisions.alter(nodeId, brokerEpoch, change, cluster.partition(id));
        if (result instanceof Altered altered) {
            cluster.put(id.topicId(), altered.now());
        }
        return result;
    }

    Map<PartitionId, ElectionOutcome> elect(ElectionType type, Set<PartitionId> partitions) {
        Map<PartitionId, ElectionOutcome> outcomes = new TreeMap<>(ORDER);
        for (PartitionId id : partitions) {
            Election election = decisions.elect(type, cluster.partition(id), cluster.lastInSync(id));
            PartitionInfo next = election.next();
            if (next != null) {
                cluster.put(id.topicId(), next);
                cluster.forgetLastInSync(id);
            }
            outcomes.put(id, election.outcome());
        }
        return outcomes;
    }
}
