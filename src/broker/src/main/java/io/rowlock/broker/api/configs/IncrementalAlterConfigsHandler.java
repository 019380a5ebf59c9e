package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.configs.ConfigWish.Outcome;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** IncrementalAlterConfigs, versions 0 and 1 (KIP-339): changes single settings of topics and brokers, and levels of loggers. */
public final class IncrementalAlterConfigsHandler
        implements ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> {

    private final ConfigAlterer alterer;

    public IncrementalAlterConfigsHandler(ConfigAlterer alterer) {
        this.alterer = alterer;
    }

    @Override
    public void handle(
            RequestContext context,
            IncrementalAlterConfigsRequest request,
            Consumer<IncrementalAlterConfigsResponse> reply) {
        List<ConfigWish> wishes = request.resources().stream()
                .map(IncrementalAlterConfigsHandler::wish)
                .toList();
        alterer.alter(wishes, request.validateOnly(), context.scheduler())
                .thenAccept(outcomes -> reply.accept(answer(wishes, outcomes)));
    }

    private static ConfigWish wish(AlterConfigsResource resource) {
        return new ConfigWish(
                resource.resourceType(),
                resource.resourceName(),
                false,
                resource.configs().stream()
                        .map(config -> new ConfigOp(config.configOperation(), config.name(), config.value()))
                        .toList());
    }

    private static IncrementalAlterConfigsResponse answer(List<ConfigWish> wishes, List<Outcome> outcomes) {
        List<AlterConfigsResourceResponse> responses = new ArrayList<>(wishes.size());
        for (int i = 0; i < wishes.size(); i++) {
            responses.add(new AlterConfigsResourceResponse()
                    .setErrorCode(outcomes.get(i).error().code())
                    .setErrorMessage(outcomes.get(i).message())
                    .setResourceType(wishes.get(i).type())
                    .setResourceName(wishes.get(i).name()));
        }
        return new IncrementalAlterConfigsResponse().setResponses(responses);
    }
}
