package io.rowlock.broker.group;

import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One group of the classic protocol, whose members assign among themselves: who belongs to it, and which generation it is in. It
 * decides only: nothing here waits, reads a clock or does I/O. Confined to its owner; times are monotonic nanoseconds.
 *
 * <p>Every request is answered by an {@link Answer} in some event's effects, its own or a later one's.
 */
public final class ClassicGroup {

    private final GroupState state;
    private final Rebalance rebalance;
    private final Joining joining;
    private final Syncing syncing;
    private final Leaving leaving;
    /** Never later than the first thing that is due, often earlier: timeouts that begin again do not move it. */
    private long nextDueNanos = Long.MAX_VALUE;

    /** A group that nobody has joined yet. */
    ClassicGroup(String groupId, GroupSettings settings, RandomSource random) {
        this(GroupSnapshot.empty(groupId), settings, random);
    }

    private ClassicGroup(GroupSnapshot kept, GroupSettings settings, RandomSource random) {
        state = new GroupState(kept);
        rebalance = new Rebalance(state, settings.initialRebalanceDelay());
        joining = new Joining(state, rebalance, settings, random);
        syncing = new Syncing(state, rebalance);
        leaving = new Leaving(state, rebalance);
    }

    /** The group as it was kept. Its members' timeouts begin anew, and none of them has to join again because of it. */
    static ClassicGroup restore(GroupSnapshot kept, GroupSettings settings, RandomSource random, long nowNanos) {
        ClassicGroup group = new ClassicGroup(kept, settings, random);
        Turn turn = new Turn(nowNanos);
        group.state.members().all().forEach(member -> member.beginSession(turn));
        group.rebalance.resume(turn);
        group.end(turn);
        return group;
    }

    public Effects join(JoinCommand command, long nowNanos, Consumer<JoinAnswer> answer) {
        Turn turn = new Turn(nowNanos);
        joining.join(turn, command, answer);
        return end(turn);
    }

    public Effects sync(SyncCommand command, long nowNanos, Consumer<SyncAnswer> answer) {
        Turn turn = new Turn(nowNanos);
        syncing.sync(turn, command, answer);
        return end(turn);
    }

    /** Never waits; its answer tells nothing that has to be kept first. */
    public Effects heartbeat(MemberClaim claim, long nowNanos, Consumer<ErrorCode> answer) {
        Turn turn = new Turn(nowNanos);
        ErrorCode error = state.phase() == GroupPhase.DEAD ? ErrorCode.COORDINATOR_NOT_AVAILABLE : state.check(claim);
        if (error == ErrorCode.NONE) {
            showsLife(turn, claim);
            if (state.phase() == GroupPhase.PREPARING_REBALANCE) {
                error = ErrorCode.REBALANCE_IN_PROGRESS;
            }
        }
        turn.answer(new PlainAnswer<>(answer, error, true, refusal -> refusal));
        return end(turn);
    }

    public Effects leave(List<LeavingMember> members, long nowNanos, Consumer<LeaveAnswer> answer) {
        Turn turn = new Turn(nowNanos);
        leaving.leave(turn, members, answer);
        return end(turn);
    }

    /** Does what is due. Harmless if nothing is. */
    public Effects onTime(long nowNanos) {
        if (nowNanos < nextDueNanos) {
            return Effects.NONE;
        }
        Turn turn = new Turn(nowNanos);
        leaving.expire(turn);
        rebalance.onTime(turn);
        nextDueNanos = firstDueNanos();
        return end(turn);
    }

    /** When the first thing is due, as long as the group lives. */
    long firstDueNanos() {
        long members = Math.min(state.pending().nextDueNanos(), state.members().nextDueNanos());
        return Math.min(rebalance.nextDueNanos(), members);
    }

    private Effects end(Turn turn) {
        nextDueNanos = Math.min(nextDueNanos, turn.earliestDueNanos());
        return turn.effects();
    }

    /** When to call {@link #onTime}, or {@link Long#MAX_VALUE}. Only an event moves it to an earlier time. */
    public long nextDueNanos() {
        return nextDueNanos;
    }

    /**
     * NONE if such a client may commit offsets; the member then shows that it lives. Who is no member may commit only if the
     * group has none.
     */
    public ErrorCode checkCommit(MemberClaim claim, long nowNanos) {
        if (state.phase() == GroupPhase.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        if (claim.generation() < 0 && state.phase() == GroupPhase.EMPTY) {
            return ErrorCode.NONE;
        }
        ErrorCode error = state.check(claim);
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (state.phase() == GroupPhase.COMPLETING_REBALANCE) {
            return ErrorCode.REBALANCE_IN_PROGRESS;
        }
        Turn turn = new Turn(nowNanos);
        showsLife(turn, claim);
        end(turn);
        return ErrorCode.NONE;
    }

    private void showsLife(Turn turn, MemberClaim claim) {
        Member member = state.members().get(claim.memberId());
        if (member != null && !member.isNew()) {
            member.beginSession(turn);
        }
    }

    /** NONE if offsets may be deleted, but for those of topics that {@link #isSubscribedTo} names. */
    public ErrorCode checkOffsetDelete() {
        return switch (state.phase()) {
            case DEAD -> ErrorCode.GROUP_ID_NOT_FOUND;
            case EMPTY -> ErrorCode.NONE;
            case PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE ->
                isConsumers() ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
        };
    }

    /** Ends the group for ever and returns NONE, unless it has members: then NON_EMPTY_GROUP. */
    public ErrorCode delete() {
        return switch (state.phase()) {
            case DEAD -> ErrorCode.GROUP_ID_NOT_FOUND;
            case EMPTY -> {
                die(new Turn(0));
                yield ErrorCode.NONE;
            }
            case PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE -> ErrorCode.NON_EMPTY_GROUP;
        };
    }

    /** Ends the group here, because it is no longer this node's: whoever waits is told {@code error}. Nothing is to be kept. */
    public Effects abandon(ErrorCode error) {
        Turn turn = new Turn(0);
        for (Member member : state.members().all()) {
            state.members().answerJoin(turn, member, JoinAnswer.refused(error, member.id()));
            member.answerSync(turn, SyncAnswer.refused(error));
        }
        die(turn);
        return new Effects(false, turn.effects().answers());
    }

    private void die(Turn turn) {
        state.enter(turn, GroupPhase.DEAD);
        nextDueNanos = Long.MAX_VALUE;
    }

    public String groupId() {
        return state.groupId();
    }

    public GroupPhase phase() {
        return state.phase();
    }

    /** As in {@link GroupSnapshot}. */
    public @Nullable String protocolType() {
        return state.protocolType();
    }

    /** The group as it is now. */
    public GroupSnapshot snapshot() {
        return state.snapshot();
    }

    /** How many things have to be written to keep it: members, and their protocols. */
    int rows() {
        return state.members().size() + state.members().protocols();
    }

    /** Roughly how many bytes have to be written to keep it. */
    long bytes() {
        return state.members().bytes() + state.members().assignedBytes();
    }

    /** Whether members consume the topic; true if they are consumers of something that cannot be told. */
    public boolean isSubscribedTo(String topic) {
        Set<String> topics = state.subscribedTopics();
        return topics == null ? isConsumers() : topics.contains(topic);
    }

    private boolean isConsumers() {
        return GroupSnapshot.CONSUMER_PROTOCOL_TYPE.equals(state.protocolType());
    }
}
