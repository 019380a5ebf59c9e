package io.rowlock.broker.api.topics;

import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.ports.RandomSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the replicas of new partitions, one partition after the other:
 *
 * <ul>
 *   <li>leaders go to all nodes in turn, so that none leads more than one more than another;
 *   <li>no rack gets a second replica of a partition while another one has a node without any; nodes that name no rack count as
 *       one rack together, as in Kafka;
 *   <li>each further replica goes to the node that has the fewest so far;
 *   <li>who follows whom is spread, too: the first follower becomes leader when the leader dies, and what a node led is then
 *       to be led by all others and not by one neighbour.
 * </ul>
 *
 * What is equal is decided by chance. For one request; not thread-safe.
 */
final class Spread {

    /** A node, and what it was given so far. */
    private static final class Site {
        final int id;
        final @Nullable String rack;
        /** Where it stands in the arrays of the others. */
        final int index;
        /** How often each other node is its first follower. */
        final int[] heirs;
        /** How often each other node holds what it leads. */
        final int[] followers;

        int leads;
        int holds;
        /** Drawn anew for each partition. */
        int lot;

        Site(NodeInfo node, int index, int count) {
            this.id = node.id();
            this.rack = node.rack();
            this.index = index;
            this.heirs = new int[count];
            this.followers = new int[count];
        }
    }

    private static final Comparator<Site> LEADER = Comparator.<Site>comparingInt(site -> site.leads)
            .thenComparingInt(site -> site.holds)
            .thenComparingInt(site -> site.lot);

    private final List<Site> sites = new ArrayList<>();
    private final RandomSource random;

    /** @param nodes those that may have replicas, at least one */
    Spread(Collection<NodeInfo> nodes, RandomSource random) {
        this.random = random;
        for (NodeInfo node : nodes) {
            sites.add(new Site(node, sites.size(), nodes.size()));
        }
    }

    /**
     * The nodes of one more partition, the leader first.
     *
     * @param replicationFactor 1 to the number of nodes
     */
    List<Integer> next(int replicationFactor) {
        sites.forEach(site -> site.lot = random.nextInt(Integer.MAX_VALUE));
        Site leader = sites.stream().min(LEADER).orElseThrow();
        leader.leads++;
        leader.holds++;
        List<Site> followers = followers(leader, replicationFactor - 1);
        followers.sort(
                Comparator.<Site>comparingInt(site -> leader.heirs[site.index]).thenComparingInt(site -> site.lot));
        if (!followers.isEmpty()) {
            leader.heirs[followers.get(0).index]++;
        }
        List<Integer> replicas = new ArrayList<>(replicationFactor);
        replicas.add(leader.id);
        followers.forEach(site -> replicas.add(site.id));
        return replicas;
    }

    private List<Site> followers(Site leader, int count) {
        List<Site> chosen = new ArrayList<>(count);
        Set<Site> taken = new HashSet<>(Set.of(leader));
        Map<@Nullable String, Integer> inRack = new HashMap<>();
        inRack.put(leader.rack, 1);
        Comparator<Site> next = Comparator.<Site>comparingInt(site -> inRack.getOrDefault(site.rack, 0))
                .thenComparingInt(site -> site.holds)
                .thenComparingInt(site -> leader.followers[site.index])
                .thenComparingInt(site -> site.lot);
        while (chosen.size() < count) {
            Site follower = sites.stream()
                    .filter(site -> !taken.contains(site))
                    .min(next)
                    .orElseThrow();
            taken.add(follower);
            chosen.add(follower);
            inRack.merge(follower.rack, 1, Integer::sum);
            leader.followers[follower.index]++;
            follower.holds++;
        }
        return chosen;
    }
}
