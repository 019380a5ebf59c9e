package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides what a request for an assignment means to a group. */
final class Syncing {

    private final GroupState state;
    private final Rebalance rebalance;

    Syncing(GroupState state, Rebalance rebalance) {
        this.state = state;
        this.rebalance = rebalance;
    }

    void sync(Turn turn, SyncCommand command, Consumer<SyncAnswer> waiter) {
        Member member = state.members().get(command.claim().memberId());
        ErrorCode error = check(command);
        if (error != ErrorCode.NONE || member == null) {
            turn.answer(PlainAnswer.sync(waiter, SyncAnswer.refused(error)));
            return;
        }
        rebalance.synced(member);
        if (state.phase() == GroupPhase.STABLE) {
            member.tell(turn, PlainAnswer.sync(waiter, state.assignmentFor(member)));
            return;
        }
        member.waitForSync(turn, waiter);
        if (state.isLeader(member)) {
            rebalance.assign(turn, command.assignments());
        }
    }

    /** NONE only for a member of a generation that is complete but for its assignments. */
    private ErrorCode check(SyncCommand command) {
        if (state.phase() == GroupPhase.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        ErrorCode error = state.check(command.claim());
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (contradicts(command.protocolType(), state.protocolType())
                || contradicts(command.protocol(), state.protocol())) {
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (command.assignments().values().stream().mapToLong(Bytes::length).sum() > GroupState.ASSIGNED_BYTES_MAX) {
            return ErrorCode.UNKNOWN_SERVER_ERROR;
        }
        return state.phase() == GroupPhase.PREPARING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    private static boolean contradicts(@Nullable String claimed, @Nullable String actual) {
        return claimed != null && actual != null && !claimed.equals(actual);
    }
}
