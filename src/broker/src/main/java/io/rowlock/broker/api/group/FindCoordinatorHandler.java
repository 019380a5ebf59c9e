package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.SlotHolder;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FindCoordinatorRequest;
import io.rowlock.protocol.message.FindCoordinatorResponse;
import io.rowlock.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * FindCoordinator, versions 0 to 6, for groups, also many at once (KIP-699). Coordinators of transactions and of share groups
 * are refused, since there are none, with an error that no client tries again: UNSUPPORTED_VERSION. To that one librdkafka,
 * which asks for one key at a time, would come back for as long as it may: of its errors here it takes as final only those of authorization.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse> {

    private static final short BATCH_VERSION = 4;
    /** What Kafka says there before there were batches; afterwards it says nothing. */
    private static final String NO_ERROR = "NONE";

    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;

    /** What a key takes in the answer besides texts. */
    private static final int KEY_BYTES = 20;

    private final GroupCoordinator coordinator;
    private final Supplier<MetadataImage> image;

    public FindCoordinatorHandler(GroupCoordinator coordinator, Supplier<MetadataImage> image) {
        this.coordinator = coordinator;
        this.image = image;
    }

    @Override
    public void handle(
            RequestContext context, FindCoordinatorRequest request, Consumer<FindCoordinatorResponse> reply) {
        if (context.apiVersion() >= BATCH_VERSION) {
            AnswerBudget budget = new AnswerBudget();
            reply.accept(new FindCoordinatorResponse()
                    .setCoordinators(request.coordinatorKeys().stream()
                            .distinct()
                            .map(key -> find(context, request.keyType(), key, budget))
                            .toList()));
            return;
        }
        Coordinator found = find(context, request.keyType(), request.key());
        reply.accept(new FindCoordinatorResponse()
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorCode() == ErrorCode.NONE.code() ? NO_ERROR : found.errorMessage())
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port()));
    }

    /** For a key that the answer has no room for the error that has clients ask again. */
    private Coordinator find(RequestContext context, byte type, String key, AnswerBudget budget) {
        Coordinator found = find(context, type, key);
        String message = found.errorMessage();
        long bytes = (long) KEY_BYTES + key.length() + found.host().length() + (message == null ? 0 : message.length());
        return budget.take(bytes)
                ? found
                : refused(new Coordinator().setKey(key), ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
    }

    private Coordinator find(RequestContext context, byte type, String key) {
        Coordinator answer = new Coordinator().setKey(key);
        if (type != GROUP) {
            return switch (type) {
                case TRANSACTION -> refused(answer, noTransactions(context), "There are no transactions.");
                case SHARE -> refused(answer, ErrorCode.UNSUPPORTED_VERSION, "There are no share groups.");
                default ->
                    refused(answer, ErrorCode.INVALID_REQUEST, "There are no coordinators of type " + type + ".");
            };
        }
        int holder = coordinator.coordinator(key);
        NodeInfo node = holder == SlotHolder.NOBODY ? null : image.get().node(holder);
        if (node == null || !node.isServing()) {
            return refused(answer, ErrorCode.COORDINATOR_NOT_AVAILABLE, "No node that is alive has the group's slot.");
        }
        Endpoint endpoint = node.endpoints().get(context.listener());
        return endpoint == null
                ? refused(answer, ErrorCode.COORDINATOR_NOT_AVAILABLE, "The coordinator does not have this listener.")
                : answer.setNodeId(holder)
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setErrorMessage("");
    }

    private static ErrorCode noTransactions(RequestContext context) {
        return context.apiVersion() >= BATCH_VERSION
                ? ErrorCode.UNSUPPORTED_VERSION
                : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }

    private static Coordinator refused(Coordinator answer, ErrorCode error, @Nullable String message) {
        return answer.setErrorCode(error.code())
                .setErrorMessage(message)
                .setNodeId(-1)
                .setHost("")
                .setPort(-1);
    }
}
