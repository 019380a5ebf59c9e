package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ListConfigResourcesRequest;
import io.rowlock.protocol.message.ListConfigResourcesResponse;
import io.rowlock.protocol.message.ListConfigResourcesResponse.ConfigResource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * ListConfigResources, versions 0 and 1 (KIP-1142): what there is that has settings. Version 0 asks for subscriptions of client
 * metrics alone, and there are none.
 */
public final class ListConfigResourcesHandler
        implements ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse> {

    private static final List<Byte> ALL = List.of(
            ResourceTypes.TOPIC,
            ResourceTypes.BROKER,
            ResourceTypes.BROKER_LOGGER,
            ResourceTypes.CLIENT_METRICS,
            ResourceTypes.GROUP);

    private final Supplier<MetadataImage> image;

    public ListConfigResourcesHandler(Supplier<MetadataImage> image) {
        this.image = image;
    }

    @Override
    public void handle(
            RequestContext context, ListConfigResourcesRequest request, Consumer<ListConfigResourcesResponse> reply) {
        Set<Byte> types = new LinkedHashSet<>(request.resourceTypes());
        if (context.apiVersion() == 0) {
            types = Set.of(ResourceTypes.CLIENT_METRICS);
        } else if (types.isEmpty()) {
            types = new LinkedHashSet<>(ALL);
        }
        if (!ALL.containsAll(types)) {
            reply.accept(new ListConfigResourcesResponse().setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code()));
            return;
        }
        MetadataImage now = image.get();
        List<ConfigResource> resources = new ArrayList<>();
        for (byte type : types) {
            names(type, now, context.listener())
                    .map(name -> new ConfigResource().setResourceType(type).setResourceName(name))
                    .forEach(resources::add);
        }
        reply.accept(new ListConfigResourcesResponse().setConfigResources(resources));
    }

    /** Of groups and client metrics Kafka lists those that have settings, which none has here. */
    private static Stream<String> names(byte type, MetadataImage now, String listener) {
        return switch (type) {
            case ResourceTypes.TOPIC ->
                now.topics().stream().map(TopicInfo::name).sorted();
            case ResourceTypes.BROKER, ResourceTypes.BROKER_LOGGER ->
                now.nodes().stream()
                        .filter(node -> node.isServing() && node.endpoints().containsKey(listener))
                        .map(NodeInfo::id)
                        .sorted()
                        .map(id -> Integer.toString(id));
            default -> Stream.of();
        };
    }
}
