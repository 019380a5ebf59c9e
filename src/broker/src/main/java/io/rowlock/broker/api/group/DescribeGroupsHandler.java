package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.metadata.AuthorizedOperations;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.GroupPhase;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.MemberSnapshot;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeGroupsRequest;
import io.rowlock.protocol.message.DescribeGroupsResponse;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroupMember;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * DescribeGroups, versions 0 to 6. A group that does not exist is an error since version 6, and dead before (KIP-1043). Each
 * group is described once, however often it is asked for.
 */
public final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse> {

    private static final short NOT_FOUND_VERSION = 6;

    /** What a group, or a member, takes in the answer besides what it says and is assigned; roughly. */
    private static final long OVERHEAD_BYTES = 256;

    private final GroupCoordinator coordinator;

    public DescribeGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, DescribeGroupsRequest request, Consumer<DescribeGroupsResponse> reply) {
        AnswerBudget budget = new AnswerBudget();
        Gathering.<String, DescribedGroup>of(
                new LinkedHashSet<>(request.groups()),
                (groupId, answer) -> coordinator.describe(
                        groupId,
                        context,
                        found -> answer.accept(
                                found.group() == null
                                        ? refusal(
                                                groupId,
                                                found.error(),
                                                context.apiVersion(),
                                                request.includeAuthorizedOperations())
                                        : answer(found.group(), budget, request.includeAuthorizedOperations()))),
                groups -> reply.accept(new DescribeGroupsResponse().setGroups(groups)));
    }

    private static DescribedGroup refusal(String groupId, ErrorCode error, short version, boolean withOperations) {
        DescribedGroup refused = new DescribedGroup().setGroupId(groupId);
        if (error != ErrorCode.GROUP_ID_NOT_FOUND) {
            return refused.setErrorCode(error.code());
        }
        refused.setGroupState(GroupPhase.DEAD.displayName());
        return version < NOT_FOUND_VERSION
                ? refused.setAuthorizedOperations(operations(withOperations))
                : refused.setErrorCode(error.code()).setErrorMessage("Group " + groupId + " not found.");
    }

    private static DescribedGroup answer(GroupSnapshot group, AnswerBudget budget, boolean withOperations) {
        DescribedGroup described = description(group, withOperations);
        return budget.take(bytes(described))
                ? described
                : new DescribedGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code())
                        .setErrorMessage("The groups before it are all that one answer has room for; ask for fewer.");
    }

    private static long bytes(DescribedGroup group) {
        long bytes = OVERHEAD_BYTES + group.groupId().length();
        for (DescribedGroupMember member : group.members()) {
            String instanceId = member.groupInstanceId();
            bytes += OVERHEAD_BYTES
                    + member.memberId().length()
                    + (instanceId == null ? 0 : instanceId.length())
                    + member.clientId().length()
                    + member.memberMetadata().length
                    + member.memberAssignment().length;
        }
        return bytes;
    }

    private static DescribedGroup description(GroupSnapshot group, boolean withOperations) {
        String protocol = group.phase() == GroupPhase.STABLE ? group.protocol() : null;
        List<DescribedGroupMember> members = new ArrayList<>(group.members().size());
        for (MemberSnapshot member : group.members()) {
            members.add(description(member, protocol));
        }
        return new DescribedGroup()
                .setGroupId(group.groupId())
                .setGroupState(group.phase().displayName())
                .setProtocolType(group.protocolType() == null ? "" : group.protocolType())
                .setProtocolData(protocol == null ? "" : protocol)
                .setMembers(members)
                .setAuthorizedOperations(operations(withOperations));
    }

    private static int operations(boolean asked) {
        return asked ? AuthorizedOperations.GROUP : AuthorizedOperations.NOT_ASKED;
    }

    /** @param protocol by which shares are assigned, or null if they are not yet */
    private static DescribedGroupMember description(MemberSnapshot member, @Nullable String protocol) {
        Bytes metadata = member.protocols().stream()
                .filter(own -> own.name().equals(protocol))
                .map(JoinProtocol::metadata)
                .findFirst()
                .orElse(Bytes.EMPTY);
        return new DescribedGroupMember()
                .setMemberId(member.memberId())
                .setGroupInstanceId(member.instanceId())
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setMemberMetadata(metadata.array())
                .setMemberAssignment(member.assignment().array());
    }
}
