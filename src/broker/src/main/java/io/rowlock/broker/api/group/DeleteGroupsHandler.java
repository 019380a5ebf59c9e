package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteGroupsRequest;
import io.rowlock.protocol.message.DeleteGroupsResponse;
import io.rowlock.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** DeleteGroups, versions 0 to 3: groups without members, with their committed offsets. */
public final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse> {

    private final GroupCoordinator coordinator;

    public DeleteGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, DeleteGroupsRequest request, Consumer<DeleteGroupsResponse> reply) {
        Gathering.<String, DeletableGroupResult>of(
                new LinkedHashSet<>(request.groupsNames()),
                (groupId, answer) ->
                        coordinator.deleteGroup(groupId, context, error -> answer.accept(result(groupId, error))),
                results -> reply.accept(new DeleteGroupsResponse().setResults(results)));
    }

    private static DeletableGroupResult result(String groupId, ErrorCode error) {
        return new DeletableGroupResult()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message(groupId, error));
    }

    private static @Nullable String message(String groupId, ErrorCode error) {
        return switch (error) {
            case NONE -> null;
            case GROUP_ID_NOT_FOUND -> "Group " + groupId + " not found.";
            case NON_EMPTY_GROUP -> "Group " + groupId + " has members.";
            default -> "Group " + groupId + " cannot be deleted now; try again.";
        };
    }
}
