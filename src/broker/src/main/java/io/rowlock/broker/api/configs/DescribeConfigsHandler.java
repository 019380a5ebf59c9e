package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerConfigs;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** DescribeConfigs, versions 1 to 4: the settings of topics and of this node, and the levels of its loggers. */
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse> {

    /** An answer that has so many settings takes in no more of them: a few bytes of a request may ask for hundreds. */
    static final int ENTRIES_MAX = 400_000;

    /** What is answered once, however often it is asked for. */
    private record Resource(byte type, String name) {}

    private final Supplier<MetadataImage> image;
    private final Supplier<BrokerSettings> settings;
    private final LogLevels logLevels;
    private final int self;

    /**
     * @param settings in force
     * @param self id of this node
     */
    public DescribeConfigsHandler(
            Supplier<MetadataImage> image, Supplier<BrokerSettings> settings, LogLevels logLevels, int self) {
        this.image = image;
        this.settings = settings;
        this.logLevels = logLevels;
        this.self = self;
    }

    @Override
    public void handle(
            RequestContext context, DescribeConfigsRequest request, Consumer<DescribeConfigsResponse> reply) {
        List<DescribeConfigsResult> results = new ArrayList<>();
        Set<Resource> answered = new HashSet<>();
        int entries = 0;
        for (DescribeConfigsResource resource : request.resources()) {
            if (answered.add(new Resource(resource.resourceType(), resource.resourceName()))) {
                DescribeConfigsResult result = entries < ENTRIES_MAX
                        ? describe(resource, request)
                        : refused(ErrorCode.POLICY_VIOLATION, "Too many resources in one request.");
                entries += 1 + result.configs().size();
                results.add(result.setResourceType(resource.resourceType()).setResourceName(resource.resourceName()));
            }
        }
        reply.accept(new DescribeConfigsResponse().setResults(results));
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        return switch (resource.resourceType()) {
            case ResourceTypes.TOPIC -> topic(resource, request);
            case ResourceTypes.BROKER -> broker(resource, request);
            case ResourceTypes.BROKER_LOGGER -> loggers(resource);
            // Neither has anything set here, which is what Kafka answers of those with nothing set.
            case ResourceTypes.CLIENT_METRICS -> nothing(resource, "Client metrics subscription name");
            case ResourceTypes.GROUP -> nothing(resource, "Group name");
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
            return described(
                    TopicSettings.describe(topic.configs(), settings.get()), value -> false, resource, request);
        } catch (InvalidSettingException e) {
            return refused(ErrorCode.INVALID_CONFIG, e.getMessage());
        }
    }

    /** By its id the node with all its settings; by no name what was set at run time for all nodes. */
    private DescribeConfigsResult broker(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        String name = resource.resourceName();
        if (name.isEmpty()) {
            return described(settings.get().describeAllNodes(), value -> false, resource, request);
        }
        DescribeConfigsResult refusal = checkNode(name, " or empty string, but received ");
        return refusal != null
                ? refusal
                : described(
                        settings.get().describe(),
                        value -> !BrokerConfigs.isDynamic(value.setting().name()),
                        resource,
                        request);
    }

    private @Nullable DescribeConfigsResult checkNode(String name, String butReceived) {
        try {
            return Integer.parseInt(name) == self
                    ? null
                    : refused(ErrorCode.INVALID_REQUEST, "Unexpected broker id, expected " + self + butReceived + name);
        } catch (NumberFormatException e) {
            return refused(ErrorCode.INVALID_REQUEST, "Broker id must be an integer, but it is: " + name);
        }
    }

    private DescribeConfigsResult loggers(DescribeConfigsResource resource) {
        if (resource.resourceName().isEmpty()) {
            return refused(ErrorCode.INVALID_REQUEST, "Broker id must not be empty");
        }
        DescribeConfigsResult refusal = checkNode(resource.resourceName(), " but received ");
        if (refusal != null) {
            return refusal;
        }
        List<DescribeConfigsResourceResult> configs = new ArrayList<>();
        new TreeMap<>(logLevels.inForce()).forEach((logger, level) -> {
            if (isAskedFor(logger, resource)) {
                configs.add(ConfigEntries.logger(logger, level));
            }
        });
        return new DescribeConfigsResult().setConfigs(configs);
    }

    private static DescribeConfigsResult nothing(DescribeConfigsResource resource, String what) {
        return resource.resourceName().isEmpty()
                ? refused(ErrorCode.INVALID_REQUEST, what + " must not be empty")
                : new DescribeConfigsResult();
    }

    private static boolean isAskedFor(String name, DescribeConfigsResource resource) {
        List<String> keys = resource.configurationKeys();
        return keys == null || keys.isEmpty() || keys.contains(name);
    }

    private static DescribeConfigsResult described(
            List<SettingValue> values,
            Predicate<SettingValue> readOnly,
            DescribeConfigsResource resource,
            DescribeConfigsRequest request) {
        List<DescribeConfigsResourceResult> configs = new ArrayList<>();
        for (SettingValue value : values) {
            if (isAskedFor(value.setting().name(), resource)) {
                configs.add(ConfigEntries.entry(
                        value, readOnly.test(value), request.includeSynonyms(), request.includeDocumentation()));
            }
        }
        return new DescribeConfigsResult().setConfigs(configs);
    }

    private static DescribeConfigsResult refused(ErrorCode error, @Nullable String message) {
        return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(message);
    }
}
