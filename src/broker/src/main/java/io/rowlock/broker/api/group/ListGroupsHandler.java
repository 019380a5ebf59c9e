package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.GroupListing;
import io.rowlock.broker.group.ListedGroups;
import io.rowlock.protocol.message.ListGroupsRequest;
import io.rowlock.protocol.message.ListGroupsResponse;
import io.rowlock.protocol.message.ListGroupsResponse.ListedGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** ListGroups, versions 0 to 5: those whose coordinator this node is, of certain states (KIP-518) and types (KIP-848). */
public final class ListGroupsHandler implements ApiHandler<ListGroupsRequest, ListGroupsResponse> {

    private static final String TYPE = "classic";

    private final GroupCoordinator coordinator;

    public ListGroupsHandler(GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void handle(RequestContext context, ListGroupsRequest request, Consumer<ListGroupsResponse> reply) {
        coordinator.list(context, listed -> reply.accept(response(request, listed)));
    }

    private static ListGroupsResponse response(ListGroupsRequest request, ListedGroups listed) {
        List<ListedGroup> groups = new ArrayList<>();
        if (isAskedFor(request.typesFilter(), TYPE)) {
            for (GroupListing group : listed.groups()) {
                if (isAskedFor(request.statesFilter(), group.phase().displayName())) {
                    groups.add(new ListedGroup()
                            .setGroupId(group.groupId())
                            .setProtocolType(group.protocolType() == null ? "" : group.protocolType())
                            .setGroupState(group.phase().displayName())
                            .setGroupType(TYPE));
                }
            }
        }
        return new ListGroupsResponse().setErrorCode(listed.error().code()).setGroups(groups);
    }

    private static boolean isAskedFor(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }
}
