package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.protocol.message.ListPartitionReassignmentsRequest;
import io.rowlock.protocol.message.ListPartitionReassignmentsResponse;
import java.util.List;
import java.util.function.Consumer;

/**
 * ListPartitionReassignments, version 0 (KIP-455): none is ever in progress, because partitions are not copied between nodes.
 * Kafka leaves out what is not being reassigned, and what does not exist.
 */
public final class ListPartitionReassignmentsHandler
        implements ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse> {

    @Override
    public void handle(
            RequestContext context,
            ListPartitionReassignmentsRequest request,
            Consumer<ListPartitionReassignmentsResponse> reply) {
        reply.accept(
                new ListPartitionReassignmentsResponse().setErrorMessage(null).setTopics(List.of()));
    }
}
