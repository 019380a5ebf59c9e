package io.rowlock.broker.api.metadata;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.metadata.ListenerView.Reachable;
import io.rowlock.broker.api.metadata.ListenerView.Wording;
import io.rowlock.broker.api.topics.AutoTopicCreation;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseBroker;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Metadata, versions 0 to 13: nodes, topics and partitions; brings topics about that do not exist, where that is wanted. */
public final class MetadataHandler implements ApiHandler<MetadataRequest, MetadataResponse> {

    private static final short MISSING_LISTENER_VERSION = 6;
    private static final short TOPIC_ID_VERSION = 12;

    private final Supplier<MetadataImage> image;
    private final int self;
    private final AutoTopicCreation autoCreation;

    /** @param self id of this node */
    public MetadataHandler(Supplier<MetadataImage> image, int self, AutoTopicCreation autoCreation) {
        this.image = image;
        this.self = self;
        this.autoCreation = autoCreation;
    }

    @Override
    public void handle(RequestContext context, MetadataRequest request, Consumer<MetadataResponse> reply) {
        if (context.apiVersion() < TOPIC_ID_VERSION && asksForIds(request)) {
            reply.accept(invalid(request));
            return;
        }
        MetadataImage now = image.get();
        ListenerView view = new ListenerView(now, context.listener());
        Wording wording = new Wording(context.apiVersion() == 0, context.apiVersion() >= MISSING_LISTENER_VERSION);
        MetadataTopics topics = new MetadataTopics(
                now,
                view,
                wording,
                request.includeTopicAuthorizedOperations()
                        ? AuthorizedOperations.TOPIC
                        : AuthorizedOperations.NOT_ASKED);
        reply.accept(new MetadataResponse()
                .setBrokers(brokers(view))
                .setClusterId(now.clusterId())
                .setControllerId(view.controller(self))
                .setTopics(topics(context, request, topics, now))
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED));
    }

    private List<MetadataResponseTopic> topics(
            RequestContext context, MetadataRequest request, MetadataTopics topics, MetadataImage now) {
        List<MetadataRequestTopic> asked = request.topics();
        if (asked == null || (asked.isEmpty() && context.apiVersion() == 0)) {
            return topics.all();
        }
        if (asked.stream().anyMatch(MetadataTopics::hasId)) {
            return topics.byId(asked);
        }
        boolean create = request.allowAutoTopicCreation() && autoCreation.enabled();
        return topics.byName(
                asked, missing -> create ? autoCreation.request(missing, now) : MetadataTopics.unknown(missing));
    }

    private static List<MetadataResponseBroker> brokers(ListenerView view) {
        List<MetadataResponseBroker> brokers = new ArrayList<>(view.reachable().size());
        for (Reachable each : view.reachable()) {
            brokers.add(new MetadataResponseBroker()
                    .setNodeId(each.node().id())
                    .setHost(each.endpoint().host())
                    .setPort(each.endpoint().port())
                    .setRack(each.node().rack()));
        }
        return brokers;
    }

    /** Versions 10 and 11 have the fields, but no broker ever served them. */
    private static boolean asksForIds(MetadataRequest request) {
        List<MetadataRequestTopic> asked = request.topics();
        return asked != null && asked.stream().anyMatch(topic -> topic.name() == null || MetadataTopics.hasId(topic));
    }

    private static MetadataResponse invalid(MetadataRequest request) {
        List<MetadataResponseTopic> topics = new ArrayList<>();
        List<MetadataRequestTopic> asked = request.topics();
        for (MetadataRequestTopic topic : asked == null ? List.<MetadataRequestTopic>of() : asked) {
            String name = topic.name();
            topics.add(new MetadataResponseTopic()
                    .setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setName(name == null ? "" : name)
                    .setTopicId(topic.topicId()));
        }
        return new MetadataResponse().setTopics(topics).setErrorCode(ErrorCode.INVALID_REQUEST.code());
    }
}
