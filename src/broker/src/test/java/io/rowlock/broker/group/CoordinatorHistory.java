package io.rowlock.broker.group;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one seed makes happen to a coordinator: clients that commit, join and ask, a store that stalls, fails, loses answers
 * and lets statements arrive late, restarts, and another node that takes the slots. Throughout, what was acknowledged is kept,
 * and never replaced by anything older.
 */
final class CoordinatorHistory {

    private static final Set<ErrorCode> EXPECTED = Set.of(
            ErrorCode.NONE,
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
            ErrorCode.NOT_COORDINATOR,
            ErrorCode.UNKNOWN_MEMBER_ID,
            ErrorCode.ILLEGAL_GENERATION,
            ErrorCode.REBALANCE_IN_PROGRESS);
    private static final List<Line> FAULTS = List.of(Line.CUT, Line.TIMED_OUT, Line.ANSWER_LOST, Line.HELD, Line.LATE);
    private static final int GROUPS = 4;
    private static final int PARTITIONS = 2;
    private static final int IN_FLIGHT_MAX = 12;

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

    /** Something asked for, and what to do with the answer. */
    private record Asked(Reply<?> reply, Runnable onAnswer) {}

    private final SimRandom random;
    private final CoordinatorBench bench;
    private final List<Key> keys = new ArrayList<>();
    private final Map<String, Key> memberKeys = new HashMap<>();
    private final Map<String, MemberClaim> members = new HashMap<>();
    private final Map<String, Integer> acknowledgedGenerations = new HashMap<>();
    private List<Asked> inFlight = new ArrayList<>();
    private final Map<ErrorCode, Integer> answers = new EnumMap<>(ErrorCode.class);
    private int disturbed = 100;

    CoordinatorHistory(long seed) {
        random = new SimRandom(seed);
        bench = new CoordinatorBench(random.split()).shards(1 + random.nextInt(3));
        for (int group = 0; group < GROUPS; group++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                keys.add(new Key("simple-" + group, partition));
            }
            memberKeys.put("members-" + group, new Key("members-" + group, 0));
        }
        bench.begin();
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
        bench.store.line = line(disturbed);
        bench.store.control = line(disturbed / 2);
        int what = random.nextInt(1000);
        if (what < 200) {
            commit();
        } else if (what < 250) {
            fetch();
        } else if (what < 330) {
            member();
        } else if (what < 800) {
            bench.runOne(random.nextInt(3));
        } else if (what < 900) {
            bench.store.letGo();
        } else if (what < 930) {
            bench.store.land();
        } else if (what < 990) {
            bench.elapse(Duration.ofMillis(random.nextInt(300)));
        } else if (what < 994) {
            bench.elapse(Duration.ofSeconds(6));
        } else if (what < 996) {
            takeOver();
        } else if (what < 999) {
            // Whoever waited for the former process never hears of it again.
            inFlight.clear();
            bench.begin();
        } else {
            disturbed = random.nextInt(500);
        }
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

    private <A> void ask(Reply<A> reply, Consumer<A> onAnswer) {
        inFlight.add(new Asked(reply, () -> onAnswer.accept(reply.get())));
    }

    private void commit() {
        if (!isBusy()) {
            commit(keys.get(random.nextInt(keys.size())), CoordinatorBench.STRANGER);
        }
    }

    private void commit(Key key, MemberClaim claim) {
        long offset = ++key.last;
        ask(bench.commit(key.group, claim, key.partition, offset), error -> {
            count(error);
            forget(key.group, error);
            if (error == ErrorCode.NONE) {
                key.acknowledged = Math.max(key.acknowledged, offset);
            }
        });
    }

    /** The other node serves for a moment, if it gets slots: groups go on there, and their offsets. */
    private void takeOver() {
        Map<Integer, Long> held = bench.takeOver(2);
        List<GroupSnapshot> groups = new ArrayList<>();
        for (GroupSnapshot group : bench.kept()) {
            if (memberKeys.containsKey(group.groupId())
                    && held.containsKey(GroupSlots.of(group.groupId()))
                    && random.chance(500)) {
                int generation = group.generation() + 1;
                groups.add(new GroupSnapshot(
                        group.groupId(), GroupPhase.EMPTY, "consumer", generation, null, null, Set.of(), List.of()));
                acknowledgedGenerations.merge(group.groupId(), generation, Math::max);
            }
        }
        List<OffsetCommit> commits = new ArrayList<>();
        for (Key key : allKeys()) {
            if (held.containsKey(GroupSlots.of(key.group)) && random.chance(500)) {
                key.acknowledged = ++key.last;
                OffsetKey offset = new OffsetKey(key.group, CoordinatorBench.TOPIC, key.partition);
                commits.add(new OffsetCommit(offset, key.last, -1, "", null));
            }
        }
        bench.writeElsewhere(held, groups, commits);
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
        ask(bench.fetch(key.group), fetched -> {
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
            ask(bench.join(group, claim == null ? CoordinatorBench.STRANGER : claim), joined -> joined(group, joined));
        } else if (random.chance(300)) {
            commit(Objects.requireNonNull(memberKeys.get(group)), claim);
        } else if (random.chance(500)) {
            ask(bench.sync(group, claim), synced -> {
                count(synced.error());
                forget(group, synced.error());
            });
        } else {
            ask(bench.heartbeat(group, claim), error -> {
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
            long kept = bench.keptOffset(key.group, key.partition);
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
        bench.kept().forEach(group -> kept.put(group.groupId(), group.generation()));
        acknowledgedGenerations.forEach((group, generation) -> {
            if (kept.getOrDefault(group, -1) < generation) {
                throw new AssertionError(group + " was told generation " + generation + ", kept is " + kept.get(group));
            }
        });
    }

    /** All is well again: whoever waits is answered, and commits are taken. */
    private void settle() {
        bench.store.heal();
        bench.store.letGo();
        bench.store.land();
        bench.elapse(Duration.ofMinutes(3));
        check();
        if (!inFlight.isEmpty()) {
            throw new AssertionError("Never answered: " + inFlight);
        }
        for (Key key : keys) {
            long offset = ++key.last;
            Reply<ErrorCode> commit = bench.commit(key.group, CoordinatorBench.STRANGER, key.partition, offset);
            bench.run();
            if (commit.get() != ErrorCode.NONE || bench.keptOffset(key.group, key.partition) != offset) {
                throw new AssertionError("Commits are not taken any more: " + commit.get());
            }
        }
    }
}
