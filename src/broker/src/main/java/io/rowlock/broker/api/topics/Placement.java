package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides which nodes hold new partitions, or checks what the client decided. */
public final class Placement {

    private final MetadataImage image;
    private final List<NodeInfo> active;
    private @Nullable Spread spread;

    Placement(MetadataImage image) {
        this.image = image;
        this.active = image.nodes().stream()
                .filter(NodeInfo::isActive)
                .sorted(Comparator.comparingInt(NodeInfo::id))
                .toList();
    }

    /** Why there can be no partitions with so many (1 or more) replicas; null if there can. */
    @Nullable
    Refuse checkReplicationFactor(int replicationFactor) {
        String reason = null;
        if (active.isEmpty()) {
            reason = "All brokers are currently fenced.";
        } else if (replicationFactor > active.size()) {
            reason = "The target replication factor of " + replicationFactor + " cannot be reached because only "
                    + active.size() + " broker(s) are registered.";
        }
        return reason == null
                ? null
                : new Refuse(
                        ErrorCode.INVALID_REPLICATION_FACTOR,
                        "Unable to replicate the partition " + replicationFactor + " time(s): " + reason);
    }

    /**
     * Replicas for new partitions on active nodes, as {@link Spread} chooses them. All that one request asks for is spread
     * together.
     *
     * @param replicationFactor that was {@linkplain #checkReplicationFactor checked}
     */
    List<List<Integer>> spread(int partitions, int replicationFactor, RandomSource random) {
        Spread over = spread;
        if (over == null) {
            over = new Spread(active, random);
            spread = over;
        }
        List<List<Integer>> replicas = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            replicas.add(over.next(replicationFactor));
        }
        return replicas;
    }

    /** Why the client's own assignment cannot be; null if it can. */
    @Nullable
    Refuse checkManual(List<CreatableReplicaAssignment> assignments) {
        Set<Integer> seen = new HashSet<>();
        int firstSize = assignments.get(0).brokerIds().size();
        for (CreatableReplicaAssignment assignment : assignments) {
            if (!seen.add(assignment.partitionIndex())) {
                return refused(
                        "Found multiple manual partition assignments for partition " + assignment.partitionIndex());
            }
            String problem = problem(assignment.partitionIndex(), assignment.brokerIds(), firstSize);
            if (problem != null) {
                return refused(problem);
            }
        }
        for (int i = 0; i < assignments.size(); i++) {
            if (!seen.contains(i)) {
                return refused("partitions should be a consecutive 0-based integer sequence");
            }
        }
        return null;
    }

    /** The replicas of a manual assignment, which was checked, in order of the partitions' indexes. */
    static List<List<Integer>> manual(List<CreatableReplicaAssignment> assignments) {
        TreeMap<Integer, List<Integer>> byIndex = new TreeMap<>();
        assignments.forEach(assignment -> byIndex.put(assignment.partitionIndex(), assignment.brokerIds()));
        return List.copyOf(byIndex.values());
    }

    /**
     * Why the client's own assignment of new partitions, from {@code firstIndex} on, cannot be; null if it can.
     *
     * @param replicationFactor of the partitions that the topic has
     */
    @Nullable
    Refuse checkAdded(int firstIndex, List<List<Integer>> replicas, int replicationFactor) {
        for (int i = 0; i < replicas.size(); i++) {
            String problem = problem(firstIndex + i, replicas.get(i), replicationFactor);
            if (problem != null) {
                return refused(problem);
            }
        }
        return null;
    }

    private @Nullable String problem(int partition, List<Integer> nodes, int replicationFactor) {
        String problem = problem(image, nodes);
        if (problem != null) {
            return problem;
        }
        if (nodes.size() != replicationFactor) {
            return "The manual partition assignment includes a partition with " + nodes.size()
                    + " replica(s), but this is not consistent with previous partitions, which have "
                    + replicationFactor + " replica(s).";
        }
        if (active.stream().noneMatch(node -> nodes.contains(node.id()))) {
            return "All brokers specified in the manual partition assignment for partition " + partition
                    + " are fenced or in controlled shutdown.";
        }
        return null;
    }

    /** Why no partition can have these replicas, however many others have; null if one can. */
    public static @Nullable String problem(MetadataImage image, List<Integer> nodes) {
        if (nodes.isEmpty()) {
            return "The manual partition assignment includes an empty replica list.";
        }
        Set<Integer> distinct = new HashSet<>();
        for (int node : nodes.stream().sorted().toList()) {
            if (image.node(node) == null) {
                return "The manual partition assignment includes broker " + node
                        + ", but no such broker is registered.";
            }
            if (!distinct.add(node)) {
                return "The manual partition assignment includes the broker " + node + " more than once.";
            }
        }
        return null;
    }

    private static Refuse refused(String message) {
        return new Refuse(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
