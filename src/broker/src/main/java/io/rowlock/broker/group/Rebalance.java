package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way from one generation to the next: members are asked to join again; when all have, or their time is up, a leader is
 * told who they are; when it has assigned, everybody is told its share.
 */
final class Rebalance {

    private static final System.Logger LOG = System.getLogger(Rebalance.class.getName());

    private final GroupState state;
    private final Members members;
    private final Duration initialRebalanceDelay;
    private @Nullable InitialDelay initialDelay;
    private long joinEndsNanos = Long.MAX_VALUE;
    private long syncEndsNanos = Long.MAX_VALUE;

    Rebalance(GroupState state, Duration initialRebalanceDelay) {
        this.state = state;
        this.members = state.members();
        this.initialRebalanceDelay = initialRebalanceDelay;
    }

    /** Goes on where the group was kept: whoever has yet to join or to sync gets the whole time for it. */
    void resume(Turn turn) {
        switch (state.phase()) {
            case PREPARING_REBALANCE -> awaitJoins(turn);
            case COMPLETING_REBALANCE -> {
                members.all().forEach(member -> member.setOwesSync(true));
                awaitSyncs(turn);
            }
            case EMPTY, STABLE, DEAD -> {}
        }
    }

    /** A member came or changed: begins a rebalance, or ends the running one if it was the last to wait for. */
    void beginOrComplete(Turn turn, String reason) {
        if (state.phase() == GroupPhase.PREPARING_REBALANCE) {
            completeIfAllJoined(turn);
        } else {
            begin(turn, reason);
        }
    }

    /** Not to be called while one is running. */
    void begin(Turn turn, String reason) {
        LOG.log(System.Logger.Level.DEBUG, "Group {0} rebalances: {1}", state.groupId(), reason);
        if (state.phase() == GroupPhase.COMPLETING_REBALANCE) {
            members.all().forEach(member -> {
                member.assign(Bytes.EMPTY);
                member.answerSync(turn, SyncAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS));
            });
        }
        forgetSyncs();
        boolean initial = state.phase() == GroupPhase.EMPTY;
        state.enter(turn, GroupPhase.PREPARING_REBALANCE);
        if (initial) {
            initialDelay = new InitialDelay(turn.nowNanos(), initialRebalanceDelay, rebalanceTimeout());
            joinsEnd(turn, turn.nowNanos() + initialRebalanceDelay.toNanos());
        } else if (allJoined()) {
            complete(turn);
        } else {
            awaitJoins(turn);
        }
    }

    /** A member is new: the first rebalance of a group waits for more. */
    void memberCame() {
        if (initialDelay != null) {
            initialDelay.memberCame();
        }
    }

    void completeIfAllJoined(Turn turn) {
        if (state.phase() == GroupPhase.PREPARING_REBALANCE && initialDelay == null && allJoined()) {
            complete(turn);
        }
    }

    /** Those who were invited are waited for, but not if everybody else has gone. */
    private boolean allJoined() {
        return members.allJoining() && (members.isEmpty() || state.pending().isEmpty());
    }

    /** The next generation: those who wait for it. Static members belong to it even if they are away (KIP-345). */
    private void complete(Turn turn) {
        joinEndsNanos = Long.MAX_VALUE;
        initialDelay = null;
        members.all().stream()
                .filter(member -> !member.isJoining() && member.instanceId() == null)
                .toList()
                .forEach(absent -> state.remove(turn, absent));
        if (members.joining() == 0 && !members.isEmpty()) {
            // Nobody could assign. Whoever does not come back ends with its session.
            awaitJoins(turn);
            return;
        }
        state.electJoined();
        state.beginGeneration();
        if (members.isEmpty()) {
            state.enter(turn, GroupPhase.EMPTY);
            return;
        }
        state.enter(turn, GroupPhase.COMPLETING_REBALANCE);
        for (Member member : members.all()) {
            member.beginGeneration();
            member.beginSession(turn);
            members.answerJoin(turn, member, state.generationFor(member));
        }
        awaitSyncs(turn);
    }

    /** The leader has assigned. A member that it left out gets nothing. */
    void assign(Turn turn, Map<String, Bytes> assignments) {
        state.enter(turn, GroupPhase.STABLE);
        for (Member member : members.all()) {
            member.assign(assignments.getOrDefault(member.id(), Bytes.EMPTY));
            if (member.isSyncing()) {
                member.beginSession(turn);
                member.answerSync(turn, state.assignmentFor(member));
            }
        }
    }

    /** A member has asked for its assignment. */
    void synced(Member member) {
        member.setOwesSync(false);
        if (members.all().stream().noneMatch(Member::owesSync)) {
            syncEndsNanos = Long.MAX_VALUE;
        }
    }

    void onTime(Turn turn) {
        if (joinEndsNanos <= turn.nowNanos()) {
            joinTimeIsUp(turn);
        }
        if (syncEndsNanos <= turn.nowNanos()) {
            syncTimeIsUp(turn);
        }
    }

    private void joinTimeIsUp(Turn turn) {
        long end = initialDelay == null ? lastChanceToJoin(turn.nowNanos()) : initialDelay.endNanos(turn.nowNanos());
        if (end > turn.nowNanos()) {
            joinsEnd(turn, end);
        } else {
            complete(turn);
        }
    }

    private long lastChanceToJoin(long nowNanos) {
        return members.all().stream()
                .filter(member -> !member.isJoining())
                .mapToLong(member -> member.actsUntilNanos(nowNanos))
                .max()
                .orElse(nowNanos);
    }

    private void syncTimeIsUp(Turn turn) {
        syncEndsNanos = Long.MAX_VALUE;
        List<Member> owing = members.all().stream().filter(Member::owesSync).toList();
        for (Member member : owing) {
            long end = member.actsUntilNanos(turn.nowNanos());
            if (end > turn.nowNanos()) {
                syncsEnd(turn, Math.min(syncEndsNanos, end));
            } else {
                state.remove(turn, member);
            }
        }
        if (owing.stream().anyMatch(member -> members.get(member.id()) == null)) {
            begin(turn, "members did not ask for their assignments");
        }
    }

    private void awaitJoins(Turn turn) {
        joinsEnd(turn, turn.nowNanos() + rebalanceTimeout().toNanos());
    }

    private void joinsEnd(Turn turn, long nanos) {
        joinEndsNanos = nanos;
        turn.due(nanos);
    }

    private void awaitSyncs(Turn turn) {
        syncsEnd(turn, turn.nowNanos() + rebalanceTimeout().toNanos());
    }

    private void syncsEnd(Turn turn, long nanos) {
        syncEndsNanos = nanos;
        turn.due(nanos);
    }

    private void forgetSyncs() {
        members.all().forEach(member -> member.setOwesSync(false));
        syncEndsNanos = Long.MAX_VALUE;
    }

    private Duration rebalanceTimeout() {
        return Duration.ofMillis(members.rebalanceTimeoutMs());
    }

    long nextDueNanos() {
        return Math.min(joinEndsNanos, syncEndsNanos);
    }
}
