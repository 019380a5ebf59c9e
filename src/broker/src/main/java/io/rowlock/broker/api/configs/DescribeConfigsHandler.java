package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.InvalidSettingException;
import io.rowlock.broker.config.SettingValue;
import io.rowlock.broker.config.TopicSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeConfigsRequest;
import io.rowlock.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.rowlock.protocol.message.DescribeConfigsResponse;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** DescribeConfigs, versions 1 to 4: the settings of topics and of this node. */
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse> {

    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte BROKER_LOGGER = 8;

    private final Supplier<MetadataImage> image;
    private final BrokerSettings settings;
    private final int self;

    /** @param self id of this node */
    public DescribeConfigsHandler(Supplier<MetadataImage> image, BrokerSettings settings, int self) {
        this.image = image;
        this.settings = settings;
        this.self = self;
    }

    @Override
    public void handle(
            RequestContext context, DescribeConfigsRequest request, Consumer<DescribeConfigsResponse> reply) {
        List<DescribeConfigsResult> results =
                new ArrayList<>(request.resources().size());
        for (DescribeConfigsResource resource : request.resources()) {
            results.add(describe(resource, request)
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName()));
        }
        reply.accept(new DescribeConfigsResponse().setResults(results));
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        return switch (resource.resourceType()) {
            case TOPIC -> topic(resource, request);
            case BROKER -> broker(resource, request);
            case BROKER_LOGGER ->
                refused(
                        ErrorCode.INVALID_REQUEST,
                        "Log levels are not served here; they are set by quarkus.log.level and its kin.");
            default -> refused(ErrorCode.INVALID_REQUEST, "Unsupported resource type: " + resource.resourceType());
        };
    }

    private DescribeConfigsResult topic(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        String problem = TopicNames.problem(resource.resourceName());
        if (problem != null) {
            return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        TopicInfo topic = image.get().topic(resource.resourceName());
        if (topic == null) {
            return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "");
        }
        try {
            return described(TopicSettings.describe(topic.configs(), settings), false, resource, request);
        } catch (InvalidSettingException e) {
            return refused(ErrorCode.INVALID_CONFIG, e.getMessage());
        }
    }

    /** By its id the node with all its settings; by no name what was set at run time for all nodes, which is nothing. */
    private DescribeConfigsResult broker(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        String name = resource.resourceName();
        if (name.isEmpty()) {
            return described(List.of(), true, resource, request);
        }
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            return refused(ErrorCode.INVALID_REQUEST, "Broker id must be an integer, but it is: " + name);
        }
        if (id != self) {
            return refused(
                    ErrorCode.INVALID_REQUEST,
                    "Unexpected broker id, expected " + self + " or empty string, but received " + name);
        }
        return described(settings.describe(), true, resource, request);
    }

    private static DescribeConfigsResult described(
            List<SettingValue> values,
            boolean readOnly,
            DescribeConfigsResource resource,
            DescribeConfigsRequest request) {
        List<String> keys = resource.configurationKeys();
        List<DescribeConfigsResourceResult> configs = new ArrayList<>();
        for (SettingValue value : values) {
            if (keys == null || keys.isEmpty() || keys.contains(value.setting().name())) {
                configs.add(ConfigEntries.entry(
                        value, readOnly, request.includeSynonyms(), request.includeDocumentation()));
            }
        }
        return new DescribeConfigsResult().setConfigs(configs);
    }

    private static DescribeConfigsResult refused(ErrorCode error, @Nullable String message) {
        return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(message);
    }
}
