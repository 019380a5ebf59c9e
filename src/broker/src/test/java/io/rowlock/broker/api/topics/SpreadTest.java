package io.rowlock.broker.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.ports.RandomSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpreadTest {

    private static final int CASES = 500;

    private static RandomSource random(long seed) {
        Random random = new Random(seed);
        return new RandomSource() {
            @Override
            public long nextLong() {
                return random.nextLong();
            }

            @Override
            public int nextInt(int bound) {
                return random.nextInt(bound);
            }
        };
    }

    private static NodeInfo node(int id, @Nullable String rack) {
        return new NodeInfo(id, id, new UUID(0, id), rack, Map.of(), NodeState.ACTIVE);
    }

    /** Nodes in racks of these sizes; a rack of index 0 has no name. */
    private static List<NodeInfo> nodes(List<Integer> rackSizes) {
        List<NodeInfo> nodes = new ArrayList<>();
        for (int rack = 0; rack < rackSizes.size(); rack++) {
            for (int i = 0; i < rackSizes.get(rack); i++) {
                nodes.add(node(nodes.size() + 1, rack == 0 ? null : "rack-" + rack));
            }
        }
        return nodes;
    }

    private static List<List<Integer>> spread(List<NodeInfo> nodes, int partitions, int factor, long seed) {
        Spread spread = new Spread(nodes, random(seed));
        return IntStream.range(0, partitions)
                .mapToObj(partition -> spread.next(factor))
                .toList();
    }

    private static IntSummaryStatistics counts(List<NodeInfo> nodes, List<Integer> ids) {
        return nodes.stream()
                .mapToInt(
                        node -> (int) ids.stream().filter(id -> id == node.id()).count())
                .summaryStatistics();
    }

    /** A case that chance made; the seed says which. */
    private record Case(long seed, List<NodeInfo> nodes, int partitions, int factor) {

        static Case of(long seed, boolean equalRacks) {
            Random draw = new Random(seed);
            int racks = 1 + draw.nextInt(4);
            int size = 1 + draw.nextInt(4);
            List<NodeInfo> nodes = SpreadTest.nodes(IntStream.range(0, racks)
                    .mapToObj(rack -> equalRacks ? size : 1 + draw.nextInt(4))
                    .toList());
            return new Case(seed, nodes, 1 + draw.nextInt(200), 1 + draw.nextInt(Math.min(5, nodes.size())));
        }

        List<List<Integer>> placed() {
            return spread(nodes, partitions, factor, seed);
        }
    }

    private static Stream<Case> anyRacks() {
        return LongStream.range(0, CASES).mapToObj(seed -> Case.of(seed, false));
    }

    private static Stream<Case> equalRacks() {
        return LongStream.range(0, CASES).mapToObj(seed -> Case.of(seed, true));
    }

    @Test
    void eachReplicaOfAPartitionIsOnAnotherNodeAndNoRackHasTwoWhileAnotherHasRoom() {
        anyRacks().forEach(each -> {
            Map<Integer, String> rackOf = new HashMap<>();
            each.nodes().forEach(node -> rackOf.put(node.id(), Objects.requireNonNullElse(node.rack(), "")));
            for (List<Integer> replicas : each.placed()) {
                assertThat(replicas).as("%s", each).hasSize(each.factor()).doesNotHaveDuplicates();
                Map<String, Integer> used = new HashMap<>();
                replicas.forEach(id -> used.merge(Objects.requireNonNull(rackOf.get(id)), 1, Integer::sum));
                int most =
                        used.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
                Set<String> withRoom = new HashSet<>();
                each.nodes().stream()
                        .filter(node -> !replicas.contains(node.id()))
                        .forEach(node -> withRoom.add(rackOf.get(node.id())));
                withRoom.forEach(rack -> assertThat(used.getOrDefault(rack, 0))
                        .as("a rack with room has one fewer than the fullest, at least: %s", each)
                        .isGreaterThanOrEqualTo(most - 1));
            }
        });
    }

    @Test
    void noNodeLeadsMoreThanOneMoreThanAnother() {
        anyRacks().forEach(each -> {
            IntSummaryStatistics leads = counts(
                    each.nodes(),
                    each.placed().stream().map(replicas -> replicas.get(0)).toList());
            assertThat(leads.getMax() - leads.getMin()).as("%s", each).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void nodesOfEqualRacksHoldAboutTheSame() {
        equalRacks().forEach(each -> {
            IntSummaryStatistics holds = counts(
                    each.nodes(), each.placed().stream().flatMap(List::stream).toList());
            assertThat(holds.getMax() - holds.getMin()).as("%s", each).isLessThanOrEqualTo(2);
        });
    }

    @Test
    void whatADeadNodeLedGoesToAllOthers() {
        for (int count = 3; count <= 8; count++) {
            for (int factor = 2; factor <= 3; factor++) {
                for (int seed = 0; seed < 20; seed++) {
                    inherits(count, factor, 4, seed);
                }
            }
        }
    }

    /** Each node leads as often as to leave each other one {@code share} leaderships. */
    private static void inherits(int count, int factor, int share, int seed) {
        List<NodeInfo> nodes = nodes(List.of(count));
        List<List<Integer>> placed = spread(nodes, count * (count - 1) * share, factor, seed);
        for (NodeInfo dead : nodes) {
            IntSummaryStatistics inherited = counts(
                    nodes.stream().filter(node -> node.id() != dead.id()).toList(),
                    placed.stream()
                            .filter(replicas -> replicas.get(0) == dead.id())
                            .map(replicas -> replicas.get(1))
                            .toList());
            assertThat(inherited.getMin())
                    .as("%s nodes, %s replicas, seed %s", count, factor, seed)
                    .isGreaterThanOrEqualTo(share / 2);
            assertThat(inherited.getMax())
                    .as("%s nodes, %s replicas, seed %s", count, factor, seed)
                    .isLessThanOrEqualTo(share * 2);
        }
    }

    @Test
    void aTopicOfOnePartitionGoesAnywhere() {
        Set<Integer> leaders = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            leaders.add(spread(nodes(List.of(5)), 1, 1, seed).get(0).get(0));
        }
        assertThat(leaders).hasSize(5);
    }
}
