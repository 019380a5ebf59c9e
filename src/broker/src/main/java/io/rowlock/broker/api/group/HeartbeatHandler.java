package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.MemberClaim;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.HeartbeatRequest;
import io.rowlock.protocol.message.HeartbeatResponse;
import java.util.function.Consumer;

/** Heartbeat, versions 0 to 4. */
public final class HeartbeatHandler implements ApiHandler<HeartbeatRequest, HeartbeatResponse> {

    private final GroupCoordinator coordinator;

    public HeartbeatHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, HeartbeatRequest request, Consumer<HeartbeatResponse> reply) {
        Consumer<ErrorCode> answer = error -> reply.accept(new HeartbeatResponse().setErrorCode(error.code()));
        ErrorCode error = GroupTexts.check(request.groupId());
        if (error != ErrorCode.NONE) {
            answer.accept(error);
            return;
        }
        MemberClaim claim = new MemberClaim(request.memberId(), request.groupInstanceId(), request.generationId());
        coordinator.onGroupNow(
                request.groupId(),
                context,
                (group, now) -> group.heartbeat(claim, now, answer),
                refusal -> answer.accept(told(refusal)));
    }

    private static ErrorCode told(ErrorCode refusal) {
        return switch (refusal) {
            case GROUP_ID_NOT_FOUND -> ErrorCode.UNKNOWN_MEMBER_ID;
            // Its session begins anew when the group is loaded, so there is nothing that it should do.
            case COORDINATOR_LOAD_IN_PROGRESS -> ErrorCode.NONE;
            default -> refusal;
        };
    }
}
