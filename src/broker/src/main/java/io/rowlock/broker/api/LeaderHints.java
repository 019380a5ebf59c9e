package io.rowlock.broker.api;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.TopicProduceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients that came to the wrong node who leads, and where that node is, in the answer itself (KIP-951): so they need not
 * ask for metadata first. Thread-safe.
 */
public final class LeaderHints {

    private static final int PRODUCE_VERSION = 10;
    private static final int FETCH_VERSION = 16;
    private static final UUID NO_ID = new UUID(0, 0);

    private final Supplier<MetadataImage> image;

    public LeaderHints(Supplier<MetadataImage> image) {
        this.image = image;
    }

    /** The same handler, with hints in its answers. */
    public ApiHandler<ProduceRequest, ProduceResponse> inProduce(ApiHandler<ProduceRequest, ProduceResponse> handler) {
        return new ApiHandler<>() {
            @Override
            public void handle(RequestContext context, ProduceRequest request, Consumer<ProduceResponse> reply) {
                handler.handle(
                        context,
                        request,
                        context.apiVersion() < PRODUCE_VERSION
                                ? reply
                                : response -> reply.accept(hint(context.listener(), response)));
            }

            @Override
            public boolean expectsResponse(ProduceRequest request) {
                return handler.expectsResponse(request);
            }
        };
    }

    /** The same handler, with hints in its answers. */
    public ApiHandler<FetchRequest, FetchResponse> inFetch(ApiHandler<FetchRequest, FetchResponse> handler) {
        return (context, request, reply) -> handler.handle(
                context,
                request,
                context.apiVersion() < FETCH_VERSION
                        ? reply
                        : response -> reply.accept(hint(context.listener(), response)));
    }

    private ProduceResponse hint(String listener, ProduceResponse response) {
        Leaders leaders = null;
        for (TopicProduceResponse topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != ErrorCode.NOT_LEADER_OR_FOLLOWER.code()) {
                    continue;
                }
                leaders = leaders == null ? new Leaders(image.get(), listener) : leaders;
                PartitionInfo known = leaders.find(topic.topicId(), topic.name(), partition.index());
                if (known != null) {
                    partition.setCurrentLeader(new ProduceResponse.LeaderIdAndEpoch()
                            .setLeaderId(known.leader())
                            .setLeaderEpoch(known.leaderEpoch()));
                }
            }
        }
        if (leaders != null) {
            List<ProduceResponse.NodeEndpoint> endpoints = new ArrayList<>();
            leaders.found.forEach((node, endpoint) -> endpoints.add(new ProduceResponse.NodeEndpoint()
                    .setNodeId(node)
                    .setHost(endpoint.host())
                    .setPort(endpoint.port())
                    .setRack(endpoint.rack())));
            response.setNodeEndpoints(endpoints);
        }
        return response;
    }

    private FetchResponse hint(String listener, FetchResponse response) {
        Leaders leaders = null;
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData partition : topic.partitions()) {
                if (partition.errorCode() != ErrorCode.NOT_LEADER_OR_FOLLOWER.code()
                        && partition.errorCode() != ErrorCode.FENCED_LEADER_EPOCH.code()) {
                    continue;
                }
                leaders = leaders == null ? new Leaders(image.get(), listener) : leaders;
                PartitionInfo known = leaders.find(topic.topicId(), topic.topic(), partition.partitionIndex());
                if (known != null) {
                    partition.setCurrentLeader(new FetchResponse.LeaderIdAndEpoch()
                            .setLeaderId(known.leader())
                            .setLeaderEpoch(known.leaderEpoch()));
                }
            }
        }
        if (leaders != null) {
            List<FetchResponse.NodeEndpoint> endpoints = new ArrayList<>();
            leaders.found.forEach((node, endpoint) -> endpoints.add(new FetchResponse.NodeEndpoint()
                    .setNodeId(node)
                    .setHost(endpoint.host())
                    .setPort(endpoint.port())
                    .setRack(endpoint.rack())));
            response.setNodeEndpoints(endpoints);
        }
        return response;
    }

    /** The leaders that one answer names. */
    private static final class Leaders {

        private record Address(
                String host, int port, @Nullable String rack) {}

        private final MetadataImage image;
        private final String listener;
        private final SortedMap<Integer, Address> found = new TreeMap<>();

        Leaders(MetadataImage image, String listener) {
            this.image = image;
            this.listener = listener;
        }

        /** A partition whose leader clients of this listener can reach; null if there is none. */
        @Nullable
        PartitionInfo find(UUID topicId, String name, int index) {
            TopicInfo topic = topicId.equals(NO_ID) ? image.topic(name) : image.topic(topicId);
            if (topic == null || index < 0 || index >= topic.partitions().size()) {
                return null;
            }
            PartitionInfo partition = topic.partitions().get(index);
            NodeInfo leader = image.node(partition.leader());
            Endpoint endpoint = leader == null || !leader.isServing()
                    ? null
                    : leader.endpoints().get(listener);
            if (leader == null || endpoint == null) {
                return null;
            }
            found.put(leader.id(), new Address(endpoint.host(), endpoint.port(), leader.rack()));
            return partition;
        }
    }
}
