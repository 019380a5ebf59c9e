package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One group with a coordinator that keeps it before anybody hears of it, in a store that takes its time, and a process that
 * may end at any moment.
 */
final class SimulatedCoordinator {

    private static final GroupSettings SETTINGS =
            new GroupSettings(Duration.ofSeconds(3), Duration.ofSeconds(6), Duration.ofMinutes(30), Integer.MAX_VALUE);

    /** Something to be kept, and who waits for it. It is as the group is when the store begins with it. */
    private static final class Write {
        private final List<Answer> answers = new ArrayList<>();
        private @Nullable GroupSnapshot sent;
        private long doneNanos;
    }

    private final SimRandom random;
    private final Deque<Write> writes = new ArrayDeque<>();
    private GroupSnapshot kept = GroupSnapshot.empty("group");
    private ClassicGroup group;
    private long storeAwayUntilNanos = Long.MIN_VALUE;
    private int restarts;

    SimulatedCoordinator(SimRandom random) {
        this.random = random;
        this.group = new ClassicGroup("group", SETTINGS, random);
    }

    ClassicGroup group() {
        return group;
    }

    GroupSnapshot kept() {
        return kept;
    }

    /** Grows with every restart: whoever waited for an answer before does so in vain. */
    int restarts() {
        return restarts;
    }

    void storeGoes(long untilNanos) {
        storeAwayUntilNanos = untilNanos;
    }

    void meet(GroupEvent event, long now) {
        Effects effects = event.on(group, now);
        Write newest = writes.peekLast();
        if (effects.write() && (newest == null || newest.sent != null)) {
            newest = new Write();
            writes.add(newest);
        }
        if (newest == null) {
            effects.answers().forEach(answer -> answer.send(now));
        } else {
            newest.answers.addAll(effects.answers());
        }
        check();
    }

    /** For what promises nothing that is not kept. */
    void meetNow(GroupEvent event, long now) {
        Effects effects = event.on(group, now);
        assertThat(effects.write()).isFalse();
        effects.answers().forEach(answer -> answer.send(now));
        check();
    }

    void work(long now) {
        store(now);
        if (group.nextDueNanos() <= now) {
            meet(ClassicGroup::onTime, now);
            assertThat(group.nextDueNanos()).as("what is due is done").isGreaterThan(now);
        }
    }

    private void store(long now) {
        Write first = writes.peekFirst();
        if (first == null || now < storeAwayUntilNanos) {
            return;
        }
        if (first.sent == null) {
            first.sent = group.snapshot();
            first.doneNanos = now + Duration.ofMillis(random.nextInt(700)).toNanos();
        } else if (first.doneNanos <= now) {
            writes.remove();
            kept = first.sent;
            first.answers.forEach(answer -> answer.send(now));
            check();
        }
    }

    /** Of what the store has begun with, nobody can tell whether it is kept. */
    void restart(long now) {
        Write first = writes.peekFirst();
        if (first != null && first.sent != null && random.chance(500)) {
            kept = first.sent;
        }
        writes.clear();
        restarts++;
        group = ClassicGroup.restore(kept, SETTINGS, random, now);
        check();
    }

    boolean isAtRest() {
        return writes.isEmpty();
    }

    private void check() {
        assertThat(group.nextDueNanos()).as("nothing due sleeps").isLessThanOrEqualTo(group.firstDueNanos());
        GroupSnapshot now = group.snapshot();
        if (now.members().isEmpty()) {
            assertThat(now.leader()).isNull();
        } else {
            assertThat(now.members()).extracting(MemberSnapshot::memberId).contains(now.leader());
            assertThat(now.phase()).isNotEqualTo(GroupPhase.EMPTY);
        }
    }
}
