package io.rowlock.broker.api.produce;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.partition.AppendOutcome;
import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionAppend;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.TopicProduceResponse;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.Rewritten;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchValidator;
import io.rowlock.protocol.record.RecordsValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Produce, versions 3 to 13. Runs on the event loop; the owners do the rest, after the opener where batches must be opened. */
public final class ProduceHandler implements ApiHandler<ProduceRequest, ProduceResponse> {

    /** Since this version a producer may use zstd (KIP-110). */
    private static final int ZSTD_VERSION = 7;

    /** By this name Kafka lets a client write to internal topics. */
    private static final String ADMIN_CLIENT = "__admin_client";

    private final Partitions partitions;
    private final Clock clock;
    private final BatchOpener opener;
    private final boolean opensEveryBatch;

    /** @param opensEveryBatch {@code record.validation=full}: whether every record is looked at, as Apache Kafka does */
    public ProduceHandler(Partitions partitions, Clock clock, BatchOpener opener, boolean opensEveryBatch) {
        this.partitions = partitions;
        this.clock = clock;
        this.opener = opener;
        this.opensEveryBatch = opensEveryBatch;
    }

    @Override
    public void handle(RequestContext context, ProduceRequest request, Consumer<ProduceResponse> reply) {
        PendingProduce pending = new PendingProduce(reply);
        ErrorCode wrong = checkRequest(request);
        long deadline = clock.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
        List<TopicProduceResponse> topics = new ArrayList<>(request.topicData().size());
        for (TopicProduceData topic : request.topicData()) {
            List<PartitionProduceResponse> answers =
                    new ArrayList<>(topic.partitionData().size());
            for (PartitionProduceData data : topic.partitionData()) {
                PartitionProduceResponse answer = new PartitionProduceResponse().setIndex(data.index());
                answers.add(answer);
                if (wrong != ErrorCode.NONE) {
                    answer.setErrorCode(wrong.code()).setBaseOffset(-1);
                } else {
                    append(context, request.acks(), deadline, topic, data, answer, pending);
                }
            }
            topics.add(new TopicProduceResponse()
                    .setName(topic.name())
                    .setTopicId(topic.topicId())
                    .setPartitionResponses(answers));
        }
        pending.response().setResponses(topics);
        pending.start(context);
    }

    @Override
    public boolean expectsResponse(ProduceRequest request) {
        return request.acks() != 0;
    }

    private static ErrorCode checkRequest(ProduceRequest request) {
        if (request.transactionalId() != null) {
            return ErrorCode.INVALID_TXN_STATE;
        }
        return request.acks() < PartitionAppend.ACKS_ALL || request.acks() > 1
                ? ErrorCode.INVALID_REQUIRED_ACKS
                : ErrorCode.NONE;
    }

    private void append(
            RequestContext context,
            short acks,
            long deadline,
            TopicProduceData topic,
            PartitionProduceData data,
            PartitionProduceResponse answer,
            PendingProduce pending) {
        Located located = partitions.find(topic.topicId(), topic.name(), data.index());
        ErrorCode error = located.checkLeader(-1);
        Partition partition = located.partition();
        if (error != ErrorCode.NONE || partition == null) {
            answer.setErrorCode(error.code()).setBaseOffset(-1);
            return;
        }
        if (TopicNames.isInternal(partition.key().topic()) && !ADMIN_CLIENT.equals(context.clientId())) {
            String message =
                    "Cannot append to internal topic " + partition.key().topic();
            PendingProduce.refuse(answer, new Invalid(ErrorCode.INVALID_TOPIC_EXCEPTION, message, List.of()));
            return;
        }
        if (!(data.records() instanceof BufferRecords produced)) {
            PendingProduce.refuse(answer, new Invalid(ErrorCode.INVALID_RECORD, "there is no record batch", List.of()));
            return;
        }
        ByteBuf records = produced.buffer();
        RecordBatchValidator validator = partition.settings().validator();
        Invalid invalid = validator.frameRefusal(records);
        if (invalid != null) {
            PendingProduce.refuse(answer, invalid);
            return;
        }
        RecordBatch batch = new RecordBatch(records);
        invalid = check(context.apiVersion(), validator, batch);
        if (invalid != null) {
            refuseAppend(partition, answer, invalid);
            return;
        }
        RecordsValidator rules = partition.settings().records();
        boolean open = opensEveryBatch || rules.mustOpen(batch, clock.wallMillis());
        ProduceLane lane = context.attachment(ProduceLane.class, ProduceLane::new);
        if (open) {
            open(
                    context,
                    partition,
                    records,
                    lane,
                    pending,
                    answer,
                    (opened, completion) -> new PartitionAppend(partition, opened, acks, deadline, completion));
            return;
        }
        PartitionAppend append = new PartitionAppend(
                partition, records.retain(), acks, deadline, outcome -> pending.complete(answer, outcome));
        if (lane.isEmpty()) {
            pending.add(append);
        } else {
            pending.expectOutcome();
            lane.enter().settle(append, context);
        }
    }

    /** Has a batch looked into elsewhere, and appended when those before it on this connection are. */
    private void open(
            RequestContext context,
            Partition partition,
            ByteBuf records,
            ProduceLane lane,
            PendingProduce pending,
            PartitionProduceResponse answer,
            BiFunction<ByteBuf, Consumer<AppendOutcome>, PartitionAppend> append) {
        pending.expectOutcome();
        ProduceLane.Place place = lane.enter();
        records.retain();
        opener.open(
                partition.settings().records(),
                records,
                opened -> context.execute(() -> {
                    if (opened.result() instanceof Invalid invalid) {
                        records.release();
                        place.settle(null, context);
                        refuseAppend(partition, answer, invalid);
                        pending.refused();
                    } else if (opened.result() instanceof Rewritten rewritten) {
                        records.release();
                        place.settle(
                                append.apply(rewritten.batch(), outcome -> {
                                    opener.giveBack(opened.heldBytes());
                                    pending.complete(answer, outcome);
                                }),
                                context);
                    } else {
                        place.settle(append.apply(records, outcome -> pending.complete(answer, outcome)), context);
                    }
                }));
    }

    /** Where the batch's content is at fault, Kafka tells where the log begins, as if it had been appended. */
    private static void refuseAppend(Partition partition, PartitionProduceResponse answer, Invalid invalid) {
        PendingProduce.refuse(answer, invalid);
        LogSnapshot log = partition.view().snapshot();
        boolean contentAtFault =
                invalid.error() == ErrorCode.INVALID_RECORD || invalid.error() == ErrorCode.INVALID_TIMESTAMP;
        if (log != null && contentAtFault) {
            answer.setLogStartOffset(log.startOffset());
        }
    }

    private static @Nullable Invalid check(int version, RecordBatchValidator validator, RecordBatch batch) {
        if (version < ZSTD_VERSION && batch.compressionType() == CompressionType.ZSTD) {
            return new Invalid(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs Produce version " + ZSTD_VERSION + " or later");
        }
        Invalid invalid = validator.headerRefusal(batch);
        if (invalid == null && batch.isTransactional()) {
            return new Invalid(ErrorCode.INVALID_TXN_STATE, "transactions are not served");
        }
        return invalid;
    }
}
