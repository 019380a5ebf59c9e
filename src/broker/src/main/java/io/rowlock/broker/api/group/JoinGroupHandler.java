package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.JoinAnswer;
import io.rowlock.broker.group.JoinCommand;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.JoinGroupRequest;
import io.rowlock.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.rowlock.protocol.message.JoinGroupResponse;
import io.rowlock.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** JoinGroup, versions 0 to 9. Answered when the members of the next generation are known. */
public final class JoinGroupHandler implements ApiHandler<JoinGroupRequest, JoinGroupResponse> {

    private static final short KNOWN_MEMBER_ID_VERSION = 4;
    private static final short NULLABLE_PROTOCOL_VERSION = 7;
    private static final short SKIP_ASSIGNMENT_VERSION = 9;

    private final GroupCoordinator coordinator;

    public JoinGroupHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, JoinGroupRequest request, Consumer<JoinGroupResponse> reply) {
        Consumer<JoinAnswer> answer = decided -> reply.accept(response(decided, context.apiVersion()));
        Consumer<ErrorCode> refused = error -> answer.accept(JoinAnswer.refused(error, request.memberId()));
        ErrorCode error = check(request);
        if (error != ErrorCode.NONE) {
            refused.accept(error);
            return;
        }
        JoinCommand command = command(context, request);
        coordinator.onGroup(
                request.groupId(),
                request.memberId().isEmpty(),
                context,
                (group, now) -> group.join(command, now, answer),
                refusal -> refused.accept(
                        refusal == ErrorCode.GROUP_ID_NOT_FOUND ? ErrorCode.UNKNOWN_MEMBER_ID : refusal));
    }

    private static ErrorCode check(JoinGroupRequest request) {
        ErrorCode error = GroupTexts.check(request.groupId(), request.groupInstanceId());
        if (error != ErrorCode.NONE) {
            return error;
        }
        boolean named = WriteRules.isText(request.protocolType())
                && request.protocols().stream().allMatch(protocol -> WriteRules.isText(protocol.name()));
        return named ? ErrorCode.NONE : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }

    private static JoinCommand command(RequestContext context, JoinGroupRequest request) {
        short version = context.apiVersion();
        return new JoinCommand(
                request.memberId(),
                request.groupInstanceId(),
                GroupTexts.clientId(context),
                GroupTexts.clientHost(context),
                request.sessionTimeoutMs(),
                rebalanceTimeoutMs(request),
                request.protocolType(),
                protocols(request),
                GroupTexts.reason(request.reason()),
                version >= KNOWN_MEMBER_ID_VERSION,
                version >= SKIP_ASSIGNMENT_VERSION);
    }

    /** Version 0 cannot tell it: then a member may take as long to join again as it may stay silent. */
    private static int rebalanceTimeoutMs(JoinGroupRequest request) {
        return request.rebalanceTimeoutMs() < 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs();
    }

    /** Of two with the same name the first counts. */
    private static List<JoinProtocol> protocols(JoinGroupRequest request) {
        List<JoinProtocol> protocols = new ArrayList<>(request.protocols().size());
        Set<String> names = new HashSet<>();
        for (JoinGroupRequestProtocol protocol : request.protocols()) {
            if (names.add(protocol.name())) {
                protocols.add(new JoinProtocol(protocol.name(), Bytes.of(protocol.metadata())));
            }
        }
        return List.copyOf(protocols);
    }

    private static JoinGroupResponse response(JoinAnswer answer, short version) {
        List<JoinGroupResponseMember> members = new ArrayList<>(answer.members().size());
        for (JoinAnswer.Joined member : answer.members()) {
            members.add(new JoinGroupResponseMember()
                    .setMemberId(member.memberId())
                    .setGroupInstanceId(member.instanceId())
                    .setMetadata(member.metadata().array()));
        }
        boolean unnamed = answer.protocol() == null && version < NULLABLE_PROTOCOL_VERSION;
        return new JoinGroupResponse()
                .setErrorCode(answer.error().code())
                .setGenerationId(answer.generation())
                .setProtocolType(answer.protocolType())
                .setProtocolName(unnamed ? "" : answer.protocol())
                .setLeader(answer.leader())
                .setSkipAssignment(answer.skipAssignment())
                .setMemberId(answer.memberId())
                .setMembers(members);
    }
}
