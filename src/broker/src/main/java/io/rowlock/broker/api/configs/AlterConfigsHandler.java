package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.configs.ConfigWish.Outcome;
import io.rowlock.protocol.message.AlterConfigsRequest;
import io.rowlock.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import io.rowlock.protocol.message.AlterConfigsResponse;
import io.rowlock.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** AlterConfigs, versions 0 to 2 (KIP-133): replaces all that is set for topics and brokers. */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest, AlterConfigsResponse> {

    private final ConfigAlterer alterer;

    public AlterConfigsHandler(ConfigAlterer alterer) {
        this.alterer = alterer;
    }

    @Override
    public void handle(RequestContext context, AlterConfigsRequest request, Consumer<AlterConfigsResponse> reply) {
        List<ConfigWish> wishes =
                request.resources().stream().map(AlterConfigsHandler::wish).toList();
        alterer.alter(wishes, request.validateOnly(), context.scheduler())
                .thenAccept(outcomes -> reply.accept(answer(wishes, outcomes)));
    }

    private static ConfigWish wish(AlterConfigsResource resource) {
        return new ConfigWish(
                resource.resourceType(),
                resource.resourceName(),
                true,
                resource.configs().stream()
                        .map(config -> ConfigOp.set(config.name(), config.value()))
                        .toList());
    }

    private static AlterConfigsResponse answer(List<ConfigWish> wishes, List<Outcome> outcomes) {
        List<AlterConfigsResourceResponse> responses = new ArrayList<>(wishes.size());
        for (int i = 0; i < wishes.size(); i++) {
            responses.add(new AlterConfigsResourceResponse()
                    .setErrorCode(outcomes.get(i).error().code())
                    .setErrorMessage(outcomes.get(i).message())
                    .setResourceType(wishes.get(i).type())
                    .setResourceName(wishes.get(i).name()));
        }
        return new AlterConfigsResponse().setResponses(responses);
    }
}
