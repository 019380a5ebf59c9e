package io.rowlock.broker.api.metadata;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeClusterRequest;
import io.rowlock.protocol.message.DescribeClusterResponse;
import io.rowlock.protocol.message.DescribeClusterResponse.DescribeClusterBroker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** DescribeCluster, versions 0 to 2: the nodes; stopped ones as fenced, for whoever asks for those too (KIP-1073). */
public final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequest, DescribeClusterResponse> {

    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final Supplier<MetadataImage> image;
    private final int self;

    /** @param self id of this node */
    public DescribeClusterHandler(Supplier<MetadataImage> image, int self) {
        this.image = image;
        this.self = self;
    }

    @Override
    public void handle(
            RequestContext context, DescribeClusterRequest request, Consumer<DescribeClusterResponse> reply) {
        if (request.endpointType() != BROKERS) {
            reply.accept(wrongEndpointType(request.endpointType()));
            return;
        }
        MetadataImage now = image.get();
        reply.accept(new DescribeClusterResponse()
                .setClusterId(now.clusterId())
                .setControllerId(new ListenerView(now, context.listener()).controller(self))
                .setBrokers(brokers(now, context.listener(), request.includeFencedBrokers()))
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED));
    }

    private static List<DescribeClusterBroker> brokers(MetadataImage now, String listener, boolean includeFenced) {
        List<DescribeClusterBroker> brokers = new ArrayList<>();
        for (NodeInfo node : now.nodes()) {
            Endpoint endpoint = node.endpoints().get(listener);
            if (endpoint != null && (includeFenced || node.isServing())) {
                brokers.add(new DescribeClusterBroker()
                        .setBrokerId(node.id())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setRack(node.rack())
                        .setIsFenced(!node.isServing()));
            }
        }
        brokers.sort(Comparator.comparingInt(DescribeClusterBroker::brokerId));
        return brokers;
    }

    private static DescribeClusterResponse wrongEndpointType(byte asked) {
        return asked == CONTROLLERS
                ? new DescribeClusterResponse()
                        .setErrorCode(ErrorCode.MISMATCHED_ENDPOINT_TYPE.code())
                        .setErrorMessage("The request was sent to an endpoint of type BROKER, but we wanted an endpoint"
                                + " of type CONTROLLER")
                : new DescribeClusterResponse()
                        .setErrorCode(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE.code())
                        .setErrorMessage("Unsupported endpoint type " + asked);
    }
}
