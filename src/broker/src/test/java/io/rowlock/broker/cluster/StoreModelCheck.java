package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InSyncChange.Member;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.ports.SystemClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Does the same random things to a store and to the one in memory: both have to give the same answers, the same image by the same
 * differences, and hold the same rules.
 *
 * <p>The store's time goes on by itself. So leases run for 40 minutes and are aged by 15, and no testimony is left to itself
 * for as long as it counts.
 */
public final class StoreModelCheck {

    private static final Duration TTL = Duration.ofMinutes(40);
    private static final Duration AGE = Duration.ofMinutes(15);
    private static final Duration UNHEARD = LeadershipStore.REFUSAL_COUNTS_FOR.plusSeconds(1);
    private static final int NODES = 5;

    /** One of the two stores, with what a node of it knows: broker epochs differ between them. */
    private record Side(
            MetadataStore store,
            LeadershipStore leadership,
            Consumer<Duration> elapse,
            Map<Integer, Long> epochs,
            Map<Integer, Long> formerEpochs) {

        long epoch(int node, boolean former) {
            return (former ? formerEpochs : epochs).getOrDefault(node, 0L);
        }
    }

    private final Random random;
    private final Side tested;
    private final Side model;
    private final SystemClock clock = new SystemClock();
    private final Map<Integer, Integer> directories = new HashMap<>();
    private final List<UUID> topics = new ArrayList<>();
    private final Map<String, Integer> happened = new TreeMap<>();
    private final LeadershipInvariants invariants = new LeadershipInvariants();
    private MetadataImage testedImage = MetadataImage.EMPTY;
    private MetadataImage modelImage = MetadataImage.EMPTY;
    private long testimoniesSinceNanos;
    private String step = "";

    /**
     * @param store an empty cluster, with its other side {@code leadership}
     * @param elapse lets time pass for it
     */
    public StoreModelCheck(long seed, MetadataStore store, LeadershipStore leadership, Consumer<Duration> elapse) {
        this.random = new Random(seed);
        ManualTime time = new ManualTime();
        InMemoryMetadataStore memory = new InMemoryMetadataStore(time, new FixedRandom());
        this.tested = new Side(store, leadership, elapse, new HashMap<>(), new HashMap<>());
        this.model = new Side(memory, memory, time::advance, new HashMap<>(), new HashMap<>());
    }

    /** Returns how often what happened: an outcome that never comes is not compared. */
    public Map<String, Integer> run(int steps) {
        for (int node = 1; node <= NODES; node++) {
            register(node, false, false);
        }
        for (int i = 0; i < steps; i++) {
            step();
            compareImages();
        }
        return happened;
    }

    private void step() {
        int node = 1 + random.nextInt(NODES);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> register(node, random.nextInt(6) == 0, random.nextInt(5) == 0);
            case 3, 4 -> renewAll();
            case 5, 6 -> elapse(AGE);
            case 7 -> release(node);
            case 8 -> depose(node);
            case 9 -> outlive(node);
            case 10, 11 -> testify(node);
            case 12 -> handOver(node);
            case 13 -> elect(ElectionType.PREFERRED);
            case 14 -> elect(ElectionType.UNCLEAN);
            case 15 -> createTopic();
            case 16 -> addPartitionsOrDelete();
            default -> alterInSync();
        }
    }

    private <T> T same(String what, Function<Side, T> action) {
        step = what;
        T answer = action.apply(tested);
        T expected = action.apply(model);
        assertThat(answer).as(what).isEqualTo(expected);
        count(what.substring(0, what.indexOf(' ')) + " " + outcome(expected));
        return answer;
    }

    private static String outcome(Object answer) {
        return answer instanceof Set<?> set ? "of " + set.size() : String.valueOf(answer);
    }

    private void count(String what) {
        happened.merge(what, 1, Integer::sum);
    }

    private void register(int node, boolean other, boolean mayLack) {
        int directory = directories.getOrDefault(node, 0) + (other ? 1 : 0);
        Set<UUID> lacking = new HashSet<>();
        topics.stream().filter(topic -> random.nextInt(6) == 0).forEach(lacking::add);
        NodeRegistration registration =
                new NodeRegistration(node, new UUID(node, directory), null, Map.of(), TTL, mayLack, lacking);
        String taken = same("register " + node + (other ? " elsewhere" : "") + (mayLack ? " lacking" : ""), side -> {
            RegistrationResult result = get(side.store().register(registration));
            if (result instanceof Registered registered) {
                Long former = side.epochs().put(node, registered.brokerEpoch());
                side.formerEpochs().put(node, former == null ? 0 : former);
                return (other ? "elsewhere" : mayLack ? "lacking" : "again") + " by version " + registered.version();
            }
            return "refused";
        });
        happened.keySet().removeIf(key -> key.contains("by version"));
        count("register " + taken.replaceAll(" by version.*", ""));
        if (!taken.equals("refused")) {
            directories.put(node, directory);
        }
    }

    private void renewAll() {
        boolean former = random.nextInt(8) == 0;
        for (int id = 1; id <= NODES; id++) {
            int node = id;
            if (random.nextInt(3) > 0) {
                same("renew " + node, side -> get(side.store().renewLease(node, side.epoch(node, former), TTL)));
            }
        }
    }

    private void elapse(Duration time) {
        tested.elapse().accept(time);
        model.elapse().accept(time);
        testimoniesSinceNanos = clock.monotonicNanos();
    }

    private void release(int node) {
        same("release " + node, side -> {
            get(side.store().releaseLease(node, side.epoch(node, false)));
            return "";
        });
    }

    private void depose(int by) {
        boolean former = random.nextInt(8) == 0;
        same("depose " + by, side -> new HashSet<>(get(side.leadership().deposeLapsed(by, side.epoch(by, former)))));
    }

    /** The node holds its lease without a gap for the whole of one, as few do by chance; what others do is left to it. */
    private void outlive(int by) {
        for (int age = 0; age < 3; age++) {
            elapse(AGE);
            for (int id = 1; id <= NODES; id++) {
                int node = id;
                if (node == by || random.nextInt(3) == 0) {
                    same("renew " + node, side -> get(side.store().renewLease(node, side.epoch(node, false), TTL)));
                }
            }
        }
        depose(by);
    }

    private void testify(int accused) {
        if (random.nextInt(4) == 0
                || clock.monotonicNanos() - testimoniesSinceNanos
                        > LeadershipStore.REFUSAL_COUNTS_FOR.dividedBy(2).toNanos()) {
            elapse(UNHEARD);
        }
        for (int i = 0; i < 3; i++) {
            int witness = 1 + random.nextInt(NODES);
            boolean formerWitness = random.nextInt(10) == 0;
            boolean formerAccused = random.nextInt(10) == 0;
            same(
                    "testify against " + accused,
                    side -> get(side.leadership()
                            .testifyRefused(
                                    witness,
                                    side.epoch(witness, formerWitness),
                                    accused,
                                    side.epoch(accused, formerAccused))));
        }
    }

    private void handOver(int node) {
        boolean former = random.nextInt(8) == 0;
        same("handOver " + node, side -> {
            get(side.leadership().handOver(node, side.epoch(node, former)));
            return "";
        });
    }

    private List<PartitionId> partitions() {
        List<PartitionId> ids = new ArrayList<>();
        for (UUID topic : topics) {
            int count =
                    Objects.requireNonNull(modelImage.topic(topic)).partitions().size();
            for (int i = 0; i < count; i++) {
                ids.add(new PartitionId(topic, i));
            }
        }
        return ids;
    }

    private void elect(ElectionType type) {
        Set<PartitionId> chosen = new HashSet<>();
        for (PartitionId id : partitions()) {
            if (random.nextInt(2) == 0) {
                chosen.add(id);
            }
        }
        chosen.add(new PartitionId(new UUID(9, 9), 0));
        Map<PartitionId, ElectionOutcome> outcomes = get(tested.leadership().elect(type, chosen));
        assertThat(outcomes).isEqualTo(get(model.leadership().elect(type, chosen)));
        outcomes.values().forEach(outcome -> count("elect " + type + " " + outcome));
    }

    private List<List<Integer>> replicas() {
        List<Integer> nodes = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        List<List<Integer>> partitions = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            Collections.shuffle(nodes, random);
            partitions.add(List.copyOf(nodes.subList(0, 1 + random.nextInt(3))));
        }
        return partitions;
    }

    private void createTopic() {
        if (topics.size() == 6) {
            return;
        }
        UUID id = new UUID(random.nextLong(), random.nextLong());
        NewTopic topic = new NewTopic(id, "t" + id, false, replicas(), Map.of());
        same(
                "create a topic",
                side -> get(side.store().createTopics(List.of(topic))).size());
        topics.add(id);
    }

    private void addPartitionsOrDelete() {
        if (topics.isEmpty()) {
            return;
        }
        int chosen = random.nextInt(topics.size());
        UUID id = topics.get(chosen);
        if (random.nextInt(4) == 0) {
            topics.remove(chosen);
            same(
                    "delete a topic",
                    side -> get(side.store().deleteTopics(List.of(id))).size());
            return;
        }
        int count = Objects.requireNonNull(modelImage.topic(id)).partitions().size();
        NewPartitions added = new NewPartitions(id, count, replicas());
        same(
                "add partitions",
                side -> get(side.store().addPartitions(List.of(added))).size());
    }

    /** All that one node leads, each with members that are right or wrong, by a decision on what is or on what is not. */
    private void alterInSync() {
        int leader = 1 + random.nextInt(NODES);
        boolean former = random.nextInt(10) == 0;
        List<InSyncChange> ours = new ArrayList<>();
        List<InSyncChange> models = new ArrayList<>();
        for (PartitionId id : partitions()) {
            PartitionInfo p = Objects.requireNonNull(modelImage.topic(id.topicId()))
                    .partitions()
                    .get(id.index());
            if (p.leader() != leader && random.nextInt(6) > 0) {
                continue;
            }
            int stale = random.nextInt(6) == 0 ? 1 : 0;
            Set<Integer> members = new HashSet<>(Set.of(leader));
            p.replicas().stream().filter(node -> random.nextInt(3) > 0).forEach(members::add);
            if (random.nextInt(10) == 0) {
                members.add(1 + random.nextInt(NODES));
            }
            boolean formerMember = random.nextInt(8) == 0;
            ours.add(change(tested, id, p, stale, members, formerMember));
            models.add(change(model, id, p, stale, members, formerMember));
        }
        step = "alter " + models;
        List<InSyncResult> results = get(tested.leadership().alterInSync(leader, tested.epoch(leader, former), ours));
        assertThat(results)
                .as(step)
                .isEqualTo(get(model.leadership().alterInSync(leader, model.epoch(leader, former), models)));
        results.forEach(result ->
                count("alter " + (result instanceof InSyncResult.Refused refused ? refused.reason() : "ALTERED")));
    }

    private static InSyncChange change(
            Side side, PartitionId id, PartitionInfo p, int stale, Set<Integer> members, boolean former) {
        List<Member> known = members.stream()
                .map(node -> new Member(node, side.epoch(node, former)))
                .toList();
        return new InSyncChange(id, p.leaderEpoch(), p.partitionEpoch() + stale, known);
    }

    private void compareImages() {
        testedImage = testedImage.apply(get(tested.store().changesSince(testedImage.version())));
        modelImage = modelImage.apply(get(model.store().changesSince(modelImage.version())));
        assertThat(testedImage.version()).as(step).isEqualTo(modelImage.version());
        assertThat(testedImage.topics()).as(step).containsExactlyInAnyOrderElementsOf(modelImage.topics());
        assertThat(states(testedImage)).as(step).isEqualTo(states(modelImage));
        MetadataImage whole = MetadataImage.EMPTY.apply(get(tested.store().changesSince(0)));
        assertThat(whole.topics()).as(step).containsExactlyInAnyOrderElementsOf(testedImage.topics());
        invariants.check(testedImage);
    }

    private static Map<Integer, NodeState> states(MetadataImage image) {
        Map<Integer, NodeState> states = new TreeMap<>();
        image.nodes().forEach(node -> states.put(node.id(), node.state()));
        return states;
    }
}
