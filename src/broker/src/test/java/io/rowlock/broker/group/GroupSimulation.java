package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups whose members come, go, crash and come back, over connections that lose answers, under a coordinator that restarts and
 * whose store is slow or away. Whatever happens, what members are told fits together; and when nothing more happens, all who
 * are there share. One seed is one history.
 */
final class GroupSimulation {

    private static final Duration STEP = Duration.ofMillis(250);
    private static final int WILD_STEPS = 1_200;
    /** Longer than a rebalance may take after whatever went on before. */
    private static final int QUIET_STEPS_MAX = 4 * 60 * 12;

    private final List<SimulatedMember> members = new ArrayList<>();
    private final SimRandom random;
    private final SimulatedCoordinator coordinator;

    GroupSimulation(long seed) {
        random = new SimRandom(seed);
        coordinator = new SimulatedCoordinator(random.split());
        AnswerRecord record = new AnswerRecord();
        int count = 1 + random.nextInt(6);
        for (int number = 0; number < count; number++) {
            members.add(new SimulatedMember(coordinator, record, random.split(), number));
        }
    }

    void run() {
        long now = random.nextLong() >> 4;
        for (int step = 0; step < WILD_STEPS; step++) {
            now += STEP.toNanos();
            disturb(now);
            step(now);
        }
        members.forEach(SimulatedMember::beQuiet);
        members.get(0).crash();
        members.get(0).start(now);
        int steps = 0;
        while (!isSettled()) {
            assertThat(++steps).as("steps until all share").isLessThan(QUIET_STEPS_MAX);
            now += STEP.toNanos();
            step(now);
        }
        assertThat(coordinator.kept()).isEqualTo(coordinator.group().snapshot());
        assertThat(members).allMatch(member -> member.open() == 0);
    }

    private void step(long now) {
        coordinator.work(now);
        for (SimulatedMember member : members) {
            member.act(now);
            member.sync(now);
        }
    }

    private void disturb(long now) {
        SimulatedMember member = members.get(random.nextInt(members.size()));
        if (random.chance(40)) {
            if (member.state() == SimulatedMember.State.DOWN) {
                member.start(now);
            } else if (random.chance(500)) {
                member.crash();
            } else {
                member.leave(now);
            }
        }
        if (random.chance(10)) {
            member.subscribe(now);
        }
        if (random.chance(8)) {
            coordinator.restart(now);
        }
        if (random.chance(4)) {
            coordinator.storeGoes(now + Duration.ofSeconds(random.nextInt(70)).toNanos());
        }
    }

    /** All that run are members of one generation, and nobody else is. */
    private boolean isSettled() {
        GroupSnapshot group = coordinator.group().snapshot();
        List<String> running = members.stream()
                .filter(member -> member.state() != SimulatedMember.State.DOWN)
                .map(SimulatedMember::memberId)
                .sorted()
                .toList();
        List<String> known =
                group.members().stream().map(MemberSnapshot::memberId).sorted().toList();
        return coordinator.isAtRest()
                && group.phase() == GroupPhase.STABLE
                && running.equals(known)
                && members.stream()
                        .filter(member -> member.state() != SimulatedMember.State.DOWN)
                        .allMatch(member -> member.state() == SimulatedMember.State.STABLE
                                && member.generation() == group.generation());
    }
}
