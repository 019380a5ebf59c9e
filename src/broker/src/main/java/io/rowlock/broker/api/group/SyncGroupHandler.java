package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.MemberClaim;
import io.rowlock.broker.group.SyncAnswer;
import io.rowlock.broker.group.SyncCommand;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.SyncGroupRequest;
import io.rowlock.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.rowlock.protocol.message.SyncGroupResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** SyncGroup, versions 0 to 5. Answered when the leader has assigned. */
public final class SyncGroupHandler implements ApiHandler<SyncGroupRequest, SyncGroupResponse> {

    /** Since then members must say which protocol they use (KIP-559). */
    private static final short PROTOCOL_VERSION = 5;

    private final GroupCoordinator coordinator;

    public SyncGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, SyncGroupRequest request, Consumer<SyncGroupResponse> reply) {
        Consumer<SyncAnswer> answer = decided -> reply.accept(response(decided));
        Consumer<ErrorCode> refused = error -> answer.accept(SyncAnswer.refused(error));
        ErrorCode error = check(context.apiVersion(), request);
        if (error != ErrorCode.NONE) {
            refused.accept(error);
            return;
        }
        SyncCommand command = command(request);
        coordinator.onGroup(
                request.groupId(),
                false,
                context,
                (group, now) -> group.sync(command, now, answer),
                refusal -> refused.accept(
                        refusal == ErrorCode.GROUP_ID_NOT_FOUND ? ErrorCode.UNKNOWN_MEMBER_ID : refusal));
    }

    private static ErrorCode check(short version, SyncGroupRequest request) {
        if (version >= PROTOCOL_VERSION && (request.protocolType() == null || request.protocolName() == null)) {
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        return GroupTexts.check(request.groupId());
    }

    private static SyncCommand command(SyncGroupRequest request) {
        Map<String, Bytes> assignments = new HashMap<>();
        for (SyncGroupRequestAssignment assignment : request.assignments()) {
            assignments.put(assignment.memberId(), Bytes.of(assignment.assignment()));
        }
        return new SyncCommand(
                new MemberClaim(request.memberId(), request.groupInstanceId(), request.generationId()),
                request.protocolType(),
                request.protocolName(),
                assignments);
    }

    private static SyncGroupResponse response(SyncAnswer answer) {
        return new SyncGroupResponse()
                .setErrorCode(answer.error().code())
                .setProtocolType(answer.protocolType())
                .setProtocolName(answer.protocol())
                .setAssignment(answer.assignment().array());
    }
}
