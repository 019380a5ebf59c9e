package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.log.ActiveProducer;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeProducersRequest;
import io.rowlock.protocol.message.DescribeProducersRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeProducersResponse;
import io.rowlock.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.rowlock.protocol.message.DescribeProducersResponse.ProducerState;
import io.rowlock.protocol.message.DescribeProducersResponse.TopicResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * DescribeProducers, version 0 (KIP-664): what the logs remember of idempotent producers. An answer takes in no more partitions
 * once it has as many producers as it may; the others get {@code NOT_LEADER_OR_FOLLOWER}, which has clients ask again for
 * those alone.
 */
public final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequest, DescribeProducersResponse> {

    /** Of one answer, which a last partition with as many as it may have can double: about 10 MB. */
    public static final int PRODUCERS_MAX = 100_000;

    private static final UUID BY_NAME = new UUID(0, 0);

    private final Supplier<MetadataImage> image;
    private final Partitions partitions;
    private final int producersMax;

    /** @param producersMax with so many producers an answer takes in no more partitions */
    public DescribeProducersHandler(Supplier<MetadataImage> image, Partitions partitions, int producersMax) {
        this.image = image;
        this.partitions = partitions;
        this.producersMax = producersMax;
    }

    @Override
    public void handle(
            RequestContext context, DescribeProducersRequest request, Consumer<DescribeProducersResponse> reply) {
        Reasons reasons = new Reasons();
        List<TopicResponse> topics = new ArrayList<>(request.topics().size());
        List<Pending> pending = new ArrayList<>();
        for (TopicRequest topic : request.topics()) {
            Refusal refusal = refusal(topic.name());
            String message = refusal == null ? null : refusal.message();
            List<PartitionResponse> responses =
                    new ArrayList<>(topic.partitionIndexes().size());
            for (int index : topic.partitionIndexes()) {
                PartitionResponse response = new PartitionResponse().setPartitionIndex(index);
                responses.add(response);
                if (refusal == null) {
                    pending.add(new Pending(topic.name(), response));
                } else {
                    response.setErrorCode(refusal.error().code()).setErrorMessage(reasons.of(message));
                }
            }
            topics.add(new TopicResponse().setName(topic.name()).setPartitions(responses));
        }
        describe(context, pending.iterator(), 0, () -> reply.accept(new DescribeProducersResponse().setTopics(topics)));
    }

    private @Nullable Refusal refusal(String topic) {
        String problem = TopicNames.problem(topic);
        if (problem != null) {
            return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        ErrorCode unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        return image.get().topic(topic) == null ? new Refusal(unknown, unknown.defaultMessage()) : null;
    }

    /** One partition after the other, so that no more is gathered than goes into the answer. */
    private void describe(RequestContext context, Iterator<Pending> rest, int producers, Runnable done) {
        while (rest.hasNext()) {
            Pending next = rest.next();
            Partition partition = producers < producersMax ? open(next) : full(next);
            if (partition != null) {
                partition
                        .activeProducers()
                        .thenAcceptAsync(
                                found -> {
                                    answer(next.response(), partition, found);
                                    describe(context, rest, producers + found.size(), done);
                                },
                                context);
                return;
            }
        }
        done.run();
    }

    private @Nullable Partition open(Pending asked) {
        Located located =
                partitions.find(BY_NAME, asked.topic(), asked.response().partitionIndex());
        if (located.partition() == null) {
            asked.response().setErrorCode(located.error().code());
        }
        return located.partition();
    }

    private static @Nullable Partition full(Pending asked) {
        asked.response().setErrorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
        return null;
    }

    private static void answer(PartitionResponse response, Partition partition, List<ActiveProducer> producers) {
        PartitionView.Status status = partition.view().status();
        if (status.isOpen()) {
            response.setActiveProducers(
                    producers.stream().map(DescribeProducersHandler::state).toList());
        } else {
            response.setErrorCode(status.error().code());
        }
    }

    private static ProducerState state(ActiveProducer producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestamp())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.txnFirstOffset());
    }

    /** A partition that is yet to be described, and where its answer goes. */
    private record Pending(String topic, PartitionResponse response) {}

    private record Refusal(ErrorCode error, String message) {}
}
