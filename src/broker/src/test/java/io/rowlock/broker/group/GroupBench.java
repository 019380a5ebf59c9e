package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One group, its time, and a store that keeps at once what must be kept, unless it is told to be away. */
final class GroupBench {

    static final Duration INITIAL_DELAY = Duration.ofSeconds(3);
    static final GroupSettings SETTINGS =
            new GroupSettings(INITIAL_DELAY, Duration.ofSeconds(6), Duration.ofMinutes(30), Integer.MAX_VALUE);

    private final GroupSettings settings;
    private final SimRandom random = new SimRandom(7);
    private final Deque<Answer> held = new ArrayDeque<>();
    private boolean storeAway;
    private long nowNanos = Duration.ofHours(1).toNanos();
    private GroupSnapshot kept = GroupSnapshot.empty("group");
    private int writes;
    private ClassicGroup group;

    GroupBench() {
        this(SETTINGS);
    }

    GroupBench(GroupSettings settings) {
        this.settings = settings;
        group = new ClassicGroup("group", settings, random);
    }

    /** What one request was answered. */
    static final class Reply<A> implements Consumer<A> {
        private final List<A> got = new ArrayList<>();

        @Override
        public void accept(A answer) {
            if (!got.isEmpty()) {
                throw new AssertionError("Answered twice: " + got + " and " + answer);
            }
            got.add(answer);
        }

        boolean waits() {
            return got.isEmpty();
        }

        A get() {
            if (got.isEmpty()) {
                throw new AssertionError("Not answered");
            }
            return got.get(0);
        }
    }

    ClassicGroup group() {
        return group;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** How often the group had to be kept. */
    int writes() {
        return writes;
    }

    GroupSnapshot kept() {
        return kept;
    }

    /** Answers are held back from now on. */
    void storeGoes() {
        storeAway = true;
    }

    /** What was held back is kept and answered. */
    void storeReturns() {
        storeAway = false;
        kept = group.snapshot();
        while (!held.isEmpty()) {
            held.remove().send(nowNanos);
        }
    }

    /** The process ends; another one begins with what was kept. */
    void restart() {
        held.clear();
        storeAway = false;
        group = ClassicGroup.restore(kept, settings, random, nowNanos);
    }

    /** Time goes by; what is due meanwhile happens when it is due. */
    void elapse(Duration duration) {
        long end = nowNanos + duration.toNanos();
        while (group.nextDueNanos() <= end) {
            nowNanos = Math.max(nowNanos, group.nextDueNanos());
            apply(group.onTime(nowNanos));
        }
        nowNanos = end;
    }

    void elapseSeconds(long seconds) {
        elapse(Duration.ofSeconds(seconds));
    }

    Reply<JoinAnswer> join(JoinCommand command) {
        Reply<JoinAnswer> reply = new Reply<>();
        apply(group.join(command, nowNanos, reply));
        return reply;
    }

    Reply<SyncAnswer> sync(MemberClaim claim, Map<String, Bytes> assignments) {
        return sync(new SyncCommand(claim, null, null, assignments));
    }

    Reply<SyncAnswer> sync(SyncCommand command) {
        Reply<SyncAnswer> reply = new Reply<>();
        apply(group.sync(command, nowNanos, reply));
        return reply;
    }

    ErrorCode heartbeat(MemberClaim claim) {
        Reply<ErrorCode> reply = new Reply<>();
        group.heartbeat(claim, nowNanos, reply).answers().forEach(answer -> answer.send(nowNanos));
        return reply.get();
    }

    LeaveAnswer leave(String memberId, @Nullable String instanceId) {
        return leave(new LeavingMember(memberId, instanceId, "test")).get();
    }

    Reply<LeaveAnswer> leave(LeavingMember... members) {
        Reply<LeaveAnswer> reply = new Reply<>();
        apply(group.leave(List.of(members), nowNanos, reply));
        return reply;
    }

    void abandon(ErrorCode error) {
        apply(group.abandon(error));
    }

    private void apply(Effects effects) {
        if (effects.write()) {
            writes++;
        }
        if (storeAway) {
            held.addAll(effects.answers());
            return;
        }
        if (effects.write()) {
            kept = group.snapshot();
        }
        effects.answers().forEach(answer -> answer.send(nowNanos));
    }
}
