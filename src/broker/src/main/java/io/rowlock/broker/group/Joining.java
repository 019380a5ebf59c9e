package io.rowlock.broker.group;

import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides what a request to join means to a group: whether it brings a member, brings one back, or is turned away. */
final class Joining {

    private final GroupState state;
    private final Members members;
    private final Rebalance rebalance;
    private final GroupSettings settings;
    private final RandomSource random;

    Joining(GroupState state, Rebalance rebalance, GroupSettings settings, RandomSource random) {
        this.state = state;
        this.members = state.members();
        this.rebalance = rebalance;
        this.settings = settings;
        this.random = random;
    }

    void join(Turn turn, JoinCommand command, Consumer<JoinAnswer> waiter) {
        if (!settings.allowsSession(command.sessionTimeoutMs())) {
            refuse(turn, waiter, ErrorCode.INVALID_SESSION_TIMEOUT, command.memberId());
            return;
        }
        if (!hasRoomFor(command)) {
            turnAway(turn, command);
            refuse(turn, waiter, ErrorCode.GROUP_MAX_SIZE_REACHED, "");
            return;
        }
        ErrorCode error = check(command);
        if (error != ErrorCode.NONE) {
            refuse(turn, waiter, error, command.memberId());
        } else if (command.memberId().isEmpty()) {
            joinUnknown(turn, command, waiter);
        } else {
            Member member = members.get(command.memberId());
            if (member == null) {
                add(turn, command.memberId(), command, waiter);
            } else {
                rejoin(turn, member, command, waiter);
            }
        }
    }

    private ErrorCode check(JoinCommand command) {
        if (state.phase() == GroupPhase.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        // Of a member that says too much, too: every version of every client knows this error here, and does not ask
        // again.
        if (!Member.maySay(command.protocols()) || !state.accepts(command.protocolType(), command.protocols())) {
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (!isKeepableWith(command)) {
            return ErrorCode.GROUP_MAX_SIZE_REACHED;
        }
        if (command.memberId().isEmpty() || isInvited(command)) {
            return ErrorCode.NONE;
        }
        return state.check(command.memberId(), command.instanceId());
    }

    private boolean isKeepableWith(JoinCommand command) {
        Member present = present(command);
        long others = members.bytes() - (present == null ? 0 : present.bytes());
        return others + Member.bytes(command.protocols()) <= GroupState.BYTES_MAX;
    }

    /** Whether it comes back with the id it was given; only dynamic members are invited. */
    private boolean isInvited(JoinCommand command) {
        return command.instanceId() == null && state.pending().contains(command.memberId());
    }

    /**
     * Whether the group is small enough. While members are joining those count that have, not those that were: so a group that
     * has become too large keeps whoever comes first.
     */
    private boolean hasRoomFor(JoinCommand command) {
        Member present = present(command);
        return switch (state.phase()) {
            case EMPTY, DEAD -> true;
            case PREPARING_REBALANCE ->
                (present != null && present.isJoining()) || members.joining() < settings.sizeMax();
            case COMPLETING_REBALANCE, STABLE -> present != null || members.size() < settings.sizeMax();
        };
    }

    private @Nullable Member present(JoinCommand command) {
        return command.memberId().isEmpty()
                ? members.ofInstance(command.instanceId())
                : members.get(command.memberId());
    }

    private void turnAway(Turn turn, JoinCommand command) {
        Member member = members.get(command.memberId());
        if (member != null) {
            state.remove(turn, member);
        }
        state.pending().remove(command.memberId());
        rebalance.completeIfAllJoined(turn);
    }

    private void joinUnknown(Turn turn, JoinCommand command, Consumer<JoinAnswer> waiter) {
        Member predecessor = members.ofInstance(command.instanceId());
        if (predecessor != null) {
            succeed(turn, predecessor, command, waiter);
        } else if (command.instanceId() == null && command.knownMemberIdRequired()) {
            invite(turn, command, waiter);
        } else {
            add(turn, newMemberId(command), command, waiter);
        }
    }

    /** Those who were invited before may all come; if they do not, there is room again soon. */
    private void invite(Turn turn, JoinCommand command, Consumer<JoinAnswer> waiter) {
        int invited = state.pending().size();
        int members = state.phase() == GroupPhase.PREPARING_REBALANCE ? this.members.joining() : this.members.size();
        if (invited >= PendingMembers.SIZE_MAX || (long) members + invited >= settings.sizeMax()) {
            refuse(turn, waiter, OperationQueue.TRY_AGAIN, "");
        } else {
            state.pending().invite(turn, newMemberId(command), command.sessionTimeoutMs(), waiter);
        }
    }

    private String newMemberId(JoinCommand command) {
        String name = command.instanceId() == null ? command.clientId() : command.instanceId();
        return name + "-" + random.uuid();
    }

    private void add(Turn turn, String memberId, JoinCommand command, Consumer<JoinAnswer> waiter) {
        state.pending().remove(memberId);
        Member member = new Member(memberId, command);
        state.add(member, command.protocolType());
        member.beginFirstJoin(turn);
        members.waitForJoin(turn, member, waiter);
        rebalance.memberCame();
        rebalance.beginOrComplete(turn, because("member " + memberId + " is new", command));
    }

    private void rejoin(Turn turn, Member member, JoinCommand command, Consumer<JoinAnswer> waiter) {
        boolean same = member.protocols().equals(command.protocols());
        boolean joinsAnew = switch (state.phase()) {
            case PREPARING_REBALANCE -> true;
            // It may not have got the answer; if it is the leader, its share is yet to come.
            case COMPLETING_REBALANCE -> !same;
            // The leader asks for a rebalance in this way when what is to be assigned has changed.
            case STABLE -> !same || state.isLeader(member);
            case EMPTY, DEAD -> throw new IllegalStateException("There are no members in " + state.phase());
        };
        if (joinsAnew) {
            members.update(member, command);
            if (!member.isNew()) {
                member.beginSession(turn);
            }
            members.waitForJoin(turn, member, waiter);
            rebalance.beginOrComplete(turn, because("member " + member.id() + " joins again", command));
        } else {
            member.tell(turn, PlainAnswer.join(waiter, state.generationFor(member)));
        }
    }

    /**
     * A static member has come back without its member id, after a restart: it gets a new id and whatever it had (KIP-345). As
     * long as nothing else changes, nobody else has to notice.
     */
    private void succeed(Turn turn, Member predecessor, JoinCommand command, Consumer<JoinAnswer> waiter) {
        fence(turn, predecessor);
        String leaderBefore = state.leader() == null ? "" : state.leader();
        Member successor = new Member(newMemberId(command), command);
        successor.succeed(predecessor);
        state.replace(turn, predecessor, successor);
        successor.beginSession(turn);
        if (state.phase() == GroupPhase.STABLE && members.choose().equals(state.protocol())) {
            state.readSubscriptions();
            JoinAnswer answer = unchangedGeneration(successor, leaderBefore, command.canSkipAssignment());
            successor.tell(turn, PlainAnswer.join(waiter, answer));
        } else {
            members.waitForJoin(turn, successor, waiter);
            rebalance.beginOrComplete(
                    turn, because("member " + predecessor.id() + " was replaced by " + successor.id(), command));
        }
    }

    private void fence(Turn turn, Member predecessor) {
        members.answerJoin(turn, predecessor, JoinAnswer.refused(ErrorCode.FENCED_INSTANCE_ID, predecessor.id()));
        predecessor.answerSync(turn, SyncAnswer.refused(ErrorCode.FENCED_INSTANCE_ID));
    }

    /**
     * The leader must not assign again. One that cannot be told so (before KIP-814) is kept from it by naming its former id as
     * the leader's.
     */
    private JoinAnswer unchangedGeneration(Member successor, String leaderBefore, boolean canSkipAssignment) {
        JoinAnswer answer = state.generationFor(successor);
        boolean leads = state.isLeader(successor);
        return new JoinAnswer(
                answer.error(),
                answer.memberId(),
                answer.generation(),
                answer.protocolType(),
                answer.protocol(),
                canSkipAssignment ? answer.leader() : leaderBefore,
                canSkipAssignment && leads,
                canSkipAssignment ? answer.members() : List.of());
    }

    private static String because(String what, JoinCommand command) {
        return command.reason() == null ? what : what + ": " + command.reason();
    }

    private static void refuse(Turn turn, Consumer<JoinAnswer> waiter, ErrorCode error, String memberId) {
        turn.answer(PlainAnswer.join(waiter, JoinAnswer.refused(error, memberId)));
    }
}
