package io.rowlock.broker.api;

import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.InitProducerIdRequest;
import io.rowlock.protocol.message.InitProducerIdResponse;
import java.util.function.Consumer;

/**
 * InitProducerId, versions 0 to 5, for idempotent producers. Transactional ones are refused with UNSUPPORTED_VERSION: there are no
 * transactions.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest, InitProducerIdResponse> {

    private final ProducerIds producerIds;

    public InitProducerIdHandler(ProducerIds producerIds) {
        this.producerIds = producerIds;
    }

    @Override
    public void handle(RequestContext context, InitProducerIdRequest request, Consumer<InitProducerIdResponse> reply) {
        String transactionalId = request.transactionalId();
        if (transactionalId != null) {
            reply.accept(
                    refused(transactionalId.isEmpty() ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_VERSION));
            return;
        }
        producerIds
                .next()
                .whenComplete((id, failure) -> reply.accept(
                        failure == null
                                ? new InitProducerIdResponse().setProducerId(id).setProducerEpoch((short) 0)
                                // The one retriable error that makes no client look for a transaction coordinator.
                                : refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)));
    }

    private static InitProducerIdResponse refused(ErrorCode error) {
        return new InitProducerIdResponse()
                .setErrorCode(error.code())
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
