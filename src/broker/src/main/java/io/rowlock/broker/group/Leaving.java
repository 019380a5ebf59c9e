package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes members out of a group: because they ask for it, because somebody else does, or because they have fallen silent. */
final class Leaving {

    private static final System.Logger LOG = System.getLogger(Leaving.class.getName());

    private final GroupState state;
    private final Members members;
    private final Rebalance rebalance;

    Leaving(GroupState state, Rebalance rebalance) {
        this.state = state;
        this.members = state.members();
        this.rebalance = rebalance;
    }

    void leave(Turn turn, List<LeavingMember> leaving, Consumer<LeaveAnswer> waiter) {
        if (state.phase() == GroupPhase.DEAD) {
            answer(turn, waiter, LeaveAnswer.refused(ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        int before = members.size();
        List<LeaveAnswer.Left> left = new ArrayList<>();
        for (LeavingMember one : leaving) {
            left.add(new LeaveAnswer.Left(one.memberId(), one.instanceId(), leave(turn, one)));
        }
        goOn(turn, before);
        answer(turn, waiter, new LeaveAnswer(ErrorCode.NONE, left));
    }

    private ErrorCode leave(Turn turn, LeavingMember leaving) {
        if (!leaving.memberId().isEmpty() && state.pending().remove(leaving.memberId())) {
            return ErrorCode.NONE;
        }
        Member member = find(leaving);
        if (member == null) {
            return leaving.memberId().isEmpty()
                    ? ErrorCode.UNKNOWN_MEMBER_ID
                    : state.check(leaving.memberId(), leaving.instanceId());
        }
        remove(turn, member, leaving.reason() == null ? "without a reason" : leaving.reason());
        return ErrorCode.NONE;
    }

    /** An operator names a static member by its instance id alone. */
    private @Nullable Member find(LeavingMember leaving) {
        if (leaving.memberId().isEmpty()) {
            return members.ofInstance(leaving.instanceId());
        }
        return state.check(leaving.memberId(), leaving.instanceId()) == ErrorCode.NONE
                ? members.get(leaving.memberId())
                : null;
    }

    /** Removes whoever has been silent for too long. */
    void expire(Turn turn) {
        int before = members.size();
        state.pending().expire(turn.nowNanos());
        for (Member member : List.copyOf(members.all())) {
            if (member.sessionEndsNanos() <= turn.nowNanos()) {
                if (member.isExcused(turn.nowNanos())) {
                    member.beginSession(turn);
                } else {
                    remove(turn, member, "silent for too long");
                }
            }
        }
        goOn(turn, before);
    }

    private void remove(Turn turn, Member member, String reason) {
        LOG.log(System.Logger.Level.DEBUG, "Group {0} loses member {1}: {2}", state.groupId(), member.id(), reason);
        members.answerJoin(turn, member, JoinAnswer.refused(ErrorCode.UNKNOWN_MEMBER_ID, ""));
        member.answerSync(turn, SyncAnswer.refused(ErrorCode.UNKNOWN_MEMBER_ID));
        state.remove(turn, member);
    }

    /** Those who stay share anew; if they are about to, there may be nobody left to wait for. */
    private void goOn(Turn turn, int membersBefore) {
        if (state.phase() == GroupPhase.PREPARING_REBALANCE) {
            rebalance.completeIfAllJoined(turn);
        } else if (members.size() < membersBefore) {
            rebalance.begin(turn, "members left");
        }
    }

    private static void answer(Turn turn, Consumer<LeaveAnswer> waiter, LeaveAnswer answer) {
        boolean turnedDown = answer.members().stream().noneMatch(left -> left.error() == ErrorCode.NONE);
        turn.answer(new PlainAnswer<>(waiter, answer, turnedDown, LeaveAnswer::refused));
    }
}
