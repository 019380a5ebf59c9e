package io.rowlock.broker.group;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What one seed makes happen to the coordinators of three nodes: clients that commit, join and ask any of them, a store that
 * stalls, fails, loses answers and lets statements arrive late, nodes that are killed, stop by plan, are paused, deposed, and
 * come back, and news that reach each node when they will. Throughout, what was acknowledged is kept, and never replaced by
 * anything older. In the end slots are spread evenly, and every node knows over whom.
 */
final class CoordinatorHistory {

    private static final Set<ErrorCode> EXPECTED = Set.of(
            ErrorCode.NONE,
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
            ErrorCode.COORDINATOR_NOT_AVAILABLE,
            ErrorCode.NOT_COORDINATOR,
            ErrorCode.UNKNOWN_MEMBER_ID,
            ErrorCode.ILLEGAL_GENERATION,
            ErrorCode.REBALANCE_IN_PROGRESS);
    private static final List<Line> FAULTS = List.of(Line.CUT, Line.TIMED_OUT, Line.ANSWER_LOST, Line.HELD, Line.LATE);
    private static final int GROUPS = 4;
    private static final int PARTITIONS = 2;
    private static final int IN_FLIGHT_MAX = 12;
    private static final int NODES = 3;

    /** Offsets of one partition as one group commits them: each higher than the one before. */
    private static final class Key {
        private final String group;
        private final int partition;
        private long last;
        private long acknowledged = -1;

        Key(String group, int partition) {
            this.group = group;
            this.partition = partition;
        }
    }

    /** Something asked of a node, and what to do with the answer. */
    private record Asked(CoordinatorBench node, Reply<?> reply, Runnable onAnswer) {}

    private final SimRandom random;
    private final List<CoordinatorBench> nodes;
    /** For what concerns all of them. */
    private final CoordinatorBench any;

    private final Set<CoordinatorBench> stopped = new HashSet<>();
    private final List<Key> keys = new ArrayList<>();
    private final Map<String, Key> memberKeys = new HashMap<>();
    private final Map<String, MemberClaim> members = new HashMap<>();
    private final Map<String, Integer> acknowledgedGenerations = new HashMap<>();
    private List<Asked> inFlight = new ArrayList<>();
    private final Map<ErrorCode, Integer> answers = new EnumMap<>(ErrorCode.class);
    private int disturbed = 100;
    private List<Integer> before = List.of();
    private List<Integer> beforeThat = List.of();
    private int moves;

    CoordinatorHistory(long seed) {
        random = new SimRandom(seed);
        nodes = CoordinatorBench.cluster(NODES, random.split());
        any = nodes.get(0);
        for (int group = 0; group < GROUPS; group++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                keys.add(new Key("simple-" + group, partition));
            }
            memberKeys.put("members-" + group, new Key("members-" + group, 0));
        }
        nodes.forEach(node -> node.shards(1 + random.nextInt(3)).begin());
    }

    /** How often slots changed hands. */
    int moves() {
        return moves;
    }

    /** How often each answer came. */
    Map<ErrorCode, Integer> answers() {
        return answers;
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            step();
            check();
        }
        settle();
    }

    private void step() {
        CoordinatorBench node = nodes.get(random.nextInt(NODES));
        node.store.line = line(disturbed);
        node.store.control = line(disturbed / 2);
        int what = random.nextInt(1000);
        if (what < 200) {
            commit();
        } else if (what < 250) {
            fetch();
        } else if (what < 330) {
            member();
        } else if (what < 780) {
            node.runOne(random.nextInt(3));
        } else if (what < 860) {
            node.store.letGo();
        } else if (what < 890) {
            node.store.land();
        } else if (what < 960) {
            elapse(Duration.ofMillis(random.nextInt(300)));
        } else if (what < 963) {
            elapse(Duration.ofSeconds(6));
        } else if (what < 985) {
            node.hear();
        } else {
            disturb(node, what);
        }
        countMoves();
    }

    private void disturb(CoordinatorBench node, int what) {
        if (what < 988) {
            node.mayDepose = random.chance(800);
        } else if (what < 991) {
            node.paused = !node.paused;
        } else if (what < 993) {
            node.depose();
        } else if (what < 995) {
            if (!stopped.contains(node)) {
                node.registerAgain();
            }
        } else if (what < 997) {
            if (stopped.add(node)) {
                node.stop();
            }
        } else if (what < 999) {
            begin(node);
        } else {
            disturbed = random.nextInt(500);
        }
    }

    /** Whoever waited for the former process never hears of it again. */
    private void begin(CoordinatorBench node) {
        inFlight.removeIf(asked -> asked.node() == node);
        stopped.remove(node);
        node.begin();
    }

    private void elapse(Duration time) {
        nodes.stream().filter(node -> !node.paused && !stopped.contains(node)).forEach(CoordinatorBench::renewLease);
        any.elapse(time);
    }

    /** Only who does not know yet that it lost the slot does not know a group that has members. */
    private void checkOutdated(CoordinatorBench node, String group) {
        int slot = GroupSlots.of(group);
        if (before.get(slot) == node.nodeId && beforeThat.get(slot) == node.nodeId) {
            throw new AssertionError("Node " + node.nodeId + " has forgotten " + group);
        }
    }

    private void countMoves() {
        List<Integer> now = any.holders();
        beforeThat = before;
        for (int slot = 0; slot < now.size(); slot++) {
            if (!before.isEmpty() && !before.get(slot).equals(now.get(slot))) {
                moves++;
            }
        }
        before = now;
    }

    private Line line(int perMille) {
        if (!random.chance(perMille)) {
            return Line.WHOLE;
        }
        return FAULTS.get(random.nextInt(FAULTS.size()));
    }

    private boolean isBusy() {
        return inFlight.size() >= IN_FLIGHT_MAX;
    }

    /** Mostly where it should go, sometimes anywhere. */
    private <A> void ask(String group, Function<CoordinatorBench, Reply<A>> question, Consumer<A> onAnswer) {
        CoordinatorBench asked = nodes.get(random.nextInt(NODES));
        int told = asked.coordinator().coordinator(group);
        CoordinatorBench node = told == SlotHolder.NOBODY || random.chance(100) ? asked : nodes.get(told - 1);
        Reply<A> reply = question.apply(node);
        inFlight.add(new Asked(node, reply, () -> onAnswer.accept(reply.get())));
    }

    private void commit() {
        if (!isBusy()) {
            commit(keys.get(random.nextInt(keys.size())), CoordinatorBench.STRANGER);
        }
    }

    private void commit(Key key, MemberClaim claim) {
        long offset = ++key.last;
        AtomicReference<CoordinatorBench> asked = new AtomicReference<>(any);
        Function<CoordinatorBench, Reply<ErrorCode>> question = node -> {
            asked.set(node);
            return node.commit(key.group, claim, key.partition, offset);
        };
        ask(key.group, question, error -> {
            if (error == ErrorCode.GROUP_ID_NOT_FOUND && claim.generation() >= 0) {
                checkOutdated(Objects.requireNonNull(asked.get()), key.group);
                members.remove(key.group);
                return;
            }
            count(error);
            forget(key.group, error);
            if (error == ErrorCode.NONE) {
                key.acknowledged = Math.max(key.acknowledged, offset);
            }
        });
    }

    private List<Key> allKeys() {
        List<Key> all = new ArrayList<>(keys);
        for (int group = 0; group < GROUPS; group++) {
            all.add(Objects.requireNonNull(memberKeys.get("members-" + group)));
        }
        return all;
    }

    private void fetch() {
        if (isBusy()) {
            return;
        }
        Key key = keys.get(random.nextInt(GROUPS) * PARTITIONS);
        long before = key.acknowledged;
        ask(key.group, node -> node.fetch(key.group), fetched -> {
            count(fetched.error());
            if (fetched.error() == ErrorCode.NONE && CoordinatorBench.offset(fetched) < before) {
                throw new AssertionError(key.group + " was told " + fetched + " after " + before);
            }
        });
    }

    private void member() {
        if (isBusy()) {
            return;
        }
        String group = "members-" + random.nextInt(GROUPS);
        MemberClaim claim = members.get(group);
        if (claim == null || random.chance(200)) {
            MemberClaim joining = claim == null ? CoordinatorBench.STRANGER : claim;
            ask(group, node -> node.join(group, joining), joined -> joined(group, joined));
        } else if (random.chance(300)) {
            commit(Objects.requireNonNull(memberKeys.get(group)), claim);
        } else if (random.chance(500)) {
            ask(group, node -> node.sync(group, claim), synced -> {
                count(synced.error());
                forget(group, synced.error());
            });
        } else {
            ask(group, node -> node.heartbeat(group, claim), error -> {
                count(error);
                forget(group, error);
            });
        }
    }

    private void joined(String group, JoinAnswer joined) {
        count(joined.error());
        forget(group, joined.error());
        if (joined.error() == ErrorCode.NONE) {
            members.put(group, CoordinatorBench.claim(joined));
            acknowledgedGenerations.merge(group, joined.generation(), Math::max);
        }
    }

    private void forget(String group, ErrorCode error) {
        if (error == ErrorCode.UNKNOWN_MEMBER_ID || error == ErrorCode.ILLEGAL_GENERATION) {
            members.remove(group);
        }
    }

    private void count(ErrorCode error) {
        if (!EXPECTED.contains(error)) {
            throw new AssertionError("Nobody expects " + error);
        }
        answers.merge(error, 1, Integer::sum);
    }

    private void check() {
        List<Asked> waiting = new ArrayList<>();
        for (Asked asked : inFlight) {
            if (asked.reply().waits()) {
                waiting.add(asked);
            } else {
                asked.onAnswer().run();
            }
        }
        inFlight = waiting;
        for (Key key : allKeys()) {
            long kept = any.keptOffset(key.group, key.partition);
            if (kept < key.acknowledged || kept > key.last) {
                throw new AssertionError(key.group + "-" + key.partition + " is at " + kept + ", acknowledged "
                        + key.acknowledged + ", asked for " + key.last);
            }
        }
        if (!acknowledgedGenerations.isEmpty()) {
            checkGenerations();
        }
    }

    private void checkGenerations() {
        Map<String, Integer> kept = new HashMap<>();
        any.kept().forEach(group -> kept.put(group.groupId(), group.generation()));
        acknowledgedGenerations.forEach((group, generation) -> {
            if (kept.getOrDefault(group, -1) < generation) {
                throw new AssertionError(group + " was told generation " + generation + ", kept is " + kept.get(group));
            }
        });
    }

    /** All is well again: whoever waits is answered, slots are spread, and commits are taken. */
    private void settle() {
        for (CoordinatorBench node : nodes) {
            node.store.heal();
            node.store.letGo();
            node.store.land();
            node.paused = false;
            node.mayDepose = true;
            if (stopped.contains(node)) {
                begin(node);
            } else if (node.isDeposed()) {
                node.registerAgain();
            }
        }
        for (int second = 0; second < 60; second++) {
            nodes.forEach(CoordinatorBench::hear);
            elapse(Duration.ofSeconds(1));
        }
        check();
        if (!inFlight.isEmpty()) {
            throw new AssertionError("Never answered: " + inFlight);
        }
        checkSpread();
        for (Key key : keys) {
            long offset = ++key.last;
            CoordinatorBench node = nodes.get(any.coordinator().coordinator(key.group) - 1);
            Reply<ErrorCode> commit = node.commit(key.group, CoordinatorBench.STRANGER, key.partition, offset);
            any.run();
            if (commit.get() != ErrorCode.NONE || any.keptOffset(key.group, key.partition) != offset) {
                throw new AssertionError("Commits are not taken any more: " + commit.get());
            }
        }
    }

    private void checkSpread() {
        List<Integer> holders = any.holders();
        Map<Integer, Integer> shares = new HashMap<>();
        holders.forEach(holder -> shares.merge(holder, 1, Integer::sum));
        if (!shares.equals(SlotShares.of(Set.of(1, 2, 3)))) {
            throw new AssertionError("Slots are spread as " + shares);
        }
        for (CoordinatorBench node : nodes) {
            for (Key key : allKeys()) {
                int told = node.coordinator().coordinator(key.group);
                if (told != holders.get(GroupSlots.of(key.group))) {
                    throw new AssertionError("Node " + node.nodeId + " says " + told + " of " + key.group);
                }
            }
        }
    }
}
