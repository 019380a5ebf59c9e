package io.rowlock.broker.cluster;

import io.rowlock.broker.cluster.InMemoryCluster.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How nodes come and go in an {@link InMemoryCluster}. */
final class InMemoryNodes {

    /** That nobody listens where {@code accused} should. */
    private record Refusal(long witnessEpoch, long accusedEpoch, long saidAtNanos) {}

    private final InMemoryCluster cluster;
    /** By accused and witness. None of them is older than the last renewal of the accused. */
    private final Map<Integer, Map<Integer, Refusal>> refusals = new HashMap<>();

    InMemoryNodes(InMemoryCluster cluster) {
        this.cluster = cluster;
    }

    RegistrationResult register(NodeRegistration node) {
        int id = node.nodeId();
        NodeInfo known = cluster.node(id);
        boolean sameDirectory = known == null || known.directoryId().equals(node.directoryId());
        Lease lease = cluster.lease(id);
        long remainingNanos = lease == null ? 0 : lease.untilNanos() - cluster.now();
        if (!sameDirectory && remainingNanos > 0) {
            return new RegistrationResult.HeldByOther(Duration.ofNanos(remainingNanos));
        }
        long epoch = cluster.newBrokerEpoch();
        cluster.put(new NodeInfo(id, epoch, node.directoryId(), node.rack(), node.endpoints(), NodeState.ACTIVE));
        cluster.put(id, Lease.given(epoch, cluster.now(), node.leaseTtl()));
        refusals.remove(id);
        if (!sameDirectory) {
            cluster.forgetLastInSync(id);
            cluster.mapPartitions((topic, p) -> PartitionRules.dataLost(p, id, cluster::isActive));
        } else {
            cluster.mapPartitions((topic, p) -> node.mayLackOf(topic)
                    ? uncleanlyReturned(new PartitionId(topic, p.index()), p, id)
                    : PartitionRules.returned(p, id, cluster::isActive));
        }
        return new RegistrationResult.Registered(cluster.clusterId(), epoch, cluster.nextVersion());
    }

    private PartitionInfo uncleanlyReturned(PartitionId id, PartitionInfo p, int nodeId) {
        PartitionInfo next = PartitionRules.dataLost(p, nodeId, cluster::isActive);
        if (next.inSyncReplicas().isEmpty() && !p.inSyncReplicas().isEmpty()) {
            cluster.setLastInSync(id, nodeId);
        }
        return next;
    }

    LeaseRenewal renew(int nodeId, long brokerEpoch, Duration ttl) {
        Lease lease = cluster.lease(nodeId);
        if (lease != null && lease.brokerEpoch() > brokerEpoch) {
            return LeaseRenewal.REPLACED;
        }
        if (lease == null || !cluster.isServing(nodeId, brokerEpoch)) {
            return LeaseRenewal.FENCED;
        }
        cluster.put(nodeId, lease.renewed(cluster.now(), ttl));
        refusals.remove(nodeId);
        return LeaseRenewal.CONFIRMED;
    }

    void release(int nodeId, long brokerEpoch) {
        if (cluster.isServing(nodeId, brokerEpoch)) {
            end(Set.of(nodeId), NodeState.STOPPED);
        }
    }

    /** Those that hold a registration and no lease leave. */
    Set<Integer> deposeLapsed(int nodeId, long brokerEpoch) {
        Set<Integer> lapsed = new TreeSet<>();
        Lease own = cluster.lease(nodeId);
        if (own != null && cluster.isServing(nodeId, brokerEpoch) && own.isSteady(cluster.now())) {
            for (NodeInfo node : cluster.nodes()) {
                if (node.isServing() && !cluster.isAlive(node.id())) {
                    lapsed.add(node.id());
                }
            }
            end(lapsed, NodeState.FENCED);
        }
        return lapsed;
    }

    boolean testify(int witness, long witnessEpoch, int accused, long accusedEpoch) {
        NodeInfo node = cluster.node(accused);
        if (node == null || node.brokerEpoch() != accusedEpoch || !isWitness(witness, witnessEpoch, accused)) {
            return false;
        }
        if (!node.isServing()) {
            return node.state() == NodeState.FENCED;
        }
        Map<Integer, Refusal> said = refusals.computeIfAbsent(accused, id -> new HashMap<>());
        said.put(witness, new Refusal(witnessEpoch, accusedEpoch, cluster.now()));
        long counting = said.entrySet().stream()
                .filter(one -> counts(one.getValue())
                        && isWitness(one.getKey(), one.getValue().witnessEpoch(), accused))
                .count();
        if (counting < LeadershipStore.REFUSALS_TO_DEPOSE) {
            return false;
        }
        end(Set.of(accused), NodeState.FENCED);
        return true;
    }

    private boolean counts(Refusal refusal) {
        return cluster.now() - refusal.saidAtNanos() <= LeadershipStore.REFUSAL_COUNTS_FOR.toNanos();
    }

    private boolean isWitness(int witness, long witnessEpoch, int accused) {
        return witness != accused && cluster.isServing(witness, witnessEpoch) && cluster.isAlive(witness);
    }

    private void end(Set<Integer> leaving, NodeState state) {
        for (int id : leaving) {
            NodeInfo node = cluster.node(id);
            Lease lease = cluster.lease(id);
            if (node == null || lease == null) {
                throw new IllegalStateException("node " + id + " was never registered");
            }
            cluster.put(node.withState(state));
            cluster.put(id, lease.ended(cluster.now()));
            refusals.remove(id);
        }
        cluster.mapPartitions((topic, p) -> PartitionRules.left(p, leaving, cluster::isActive));
    }

    /** Begins a stop by plan. */
    long handOver(int nodeId, long brokerEpoch) {
        NodeInfo node = cluster.node(nodeId);
        if (node != null && cluster.isServing(nodeId, brokerEpoch)) {
            if (node.isActive()) {
                cluster.put(node.withState(NodeState.STOPPING));
            }
            cluster.mapPartitions((topic, p) -> PartitionRules.handedOver(p, nodeId, cluster::isLive));
        }
        return cluster.visibleVersion();
    }
}
