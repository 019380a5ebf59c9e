package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.LeaveAnswer;
import io.rowlock.broker.group.LeavingMember;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.LeaveGroupRequest;
import io.rowlock.protocol.message.LeaveGroupResponse;
import io.rowlock.protocol.message.LeaveGroupResponse.MemberResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** LeaveGroup, versions 0 to 5: one member, and since version 3 any number of them (KIP-345). */
public final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequest, LeaveGroupResponse> {

    private static final short BATCH_VERSION = 3;

    private final GroupCoordinator coordinator;

    public LeaveGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, LeaveGroupRequest request, Consumer<LeaveGroupResponse> reply) {
        Consumer<LeaveAnswer> answer = decided -> reply.accept(response(decided, context.apiVersion()));
        ErrorCode error = GroupTexts.check(request.groupId());
        if (error != ErrorCode.NONE) {
            answer.accept(LeaveAnswer.refused(error));
            return;
        }
        List<LeavingMember> members = members(context.apiVersion(), request);
        coordinator.onGroup(
                request.groupId(),
                false,
                context,
                (group, now) -> group.leave(members, now, answer),
                refusal -> answer.accept(
                        refusal == ErrorCode.GROUP_ID_NOT_FOUND ? nobodyThere(members) : LeaveAnswer.refused(refusal)));
    }

    private static List<LeavingMember> members(short version, LeaveGroupRequest request) {
        return version < BATCH_VERSION
                ? List.of(new LeavingMember(request.memberId(), null, null))
                : request.members().stream()
                        .map(member -> new LeavingMember(
                                member.memberId(), member.groupInstanceId(), GroupTexts.reason(member.reason())))
                        .toList();
    }

    private static LeaveAnswer nobodyThere(List<LeavingMember> members) {
        return new LeaveAnswer(
                ErrorCode.NONE,
                members.stream()
                        .map(member -> new LeaveAnswer.Left(
                                member.memberId(), member.instanceId(), ErrorCode.UNKNOWN_MEMBER_ID))
                        .toList());
    }

    private static LeaveGroupResponse response(LeaveAnswer answer, short version) {
        if (version < BATCH_VERSION) {
            ErrorCode error =
                    answer.error() == ErrorCode.NONE ? answer.members().get(0).error() : answer.error();
            return new LeaveGroupResponse().setErrorCode(error.code());
        }
        List<MemberResponse> members = new ArrayList<>(answer.members().size());
        for (LeaveAnswer.Left left : answer.members()) {
            members.add(new MemberResponse()
                    .setMemberId(left.memberId())
                    .setGroupInstanceId(left.instanceId())
                    .setErrorCode(left.error().code()));
        }
        return new LeaveGroupResponse().setErrorCode(answer.error().code()).setMembers(members);
    }
}
