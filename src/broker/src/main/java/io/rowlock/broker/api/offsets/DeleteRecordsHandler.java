package io.rowlock.broker.api.offsets;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.LogStarts;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteRecordsRequest;
import io.rowlock.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.rowlock.protocol.message.DeleteRecordsResponse;
import io.rowlock.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.rowlock.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * DeleteRecords, versions 0 to 2: has logs begin later (KIP-107). A partition is answered when its new start is durable, or
 * when the time that the request allows is up.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse> {

    private static final System.Logger LOG = System.getLogger(DeleteRecordsHandler.class.getName());
    private static final UUID BY_NAME = new UUID(0, 0);
    private static final long HIGH_WATERMARK = -1;

    private final Partitions partitions;
    private final LogStarts starts;

    public DeleteRecordsHandler(Partitions partitions, LogStarts starts) {
        this.partitions = partitions;
        this.starts = starts;
    }

    /** What a partition is answered; the low watermark is -1 where there is an error. */
    private record Answer(ErrorCode error, long lowWatermark) {

        static Answer failed(ErrorCode error) {
            return new Answer(error, -1);
        }

        static Answer of(Partition partition) {
            PartitionView view = partition.view();
            return view.status() == PartitionView.Status.LEADING
                    ? new Answer(ErrorCode.NONE, view.leaderLog().startOffset())
                    : failed(view.status().error());
        }
    }

    @Override
    public void handle(RequestContext context, DeleteRecordsRequest request, Consumer<DeleteRecordsResponse> reply) {
        Map<String, Map<Integer, CompletableFuture<Answer>>> answers = new LinkedHashMap<>();
        offsets(request).forEach((topic, offsets) -> {
            Map<Integer, CompletableFuture<Answer>> ofTopic = new LinkedHashMap<>();
            offsets.forEach((partition, offset) -> ofTopic.put(partition, delete(topic, partition, offset)));
            answers.put(topic, ofTopic);
        });
        List<CompletableFuture<Answer>> all = answers.values().stream()
                .flatMap(ofTopic -> ofTopic.values().stream())
                .toList();
        CompletionStage<Void> done = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
        if (!all.stream().allMatch(CompletableFuture::isDone)) {
            Scheduler.Timer timer = context.scheduler()
                    .schedule(
                            Duration.ofMillis(Math.max(0, request.timeoutMs())),
                            () -> all.forEach(each -> each.complete(Answer.failed(ErrorCode.REQUEST_TIMED_OUT))));
            done.thenRun(timer::cancel);
        }
        done.thenRun(() -> reply.accept(response(answers)));
    }

    /** By topic and partition; of a partition that is named twice the last offset counts, as in Kafka. */
    private static Map<String, Map<Integer, Long>> offsets(DeleteRecordsRequest request) {
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            Map<Integer, Long> ofTopic = offsets.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
            topic.partitions().forEach(each -> ofTopic.put(each.partitionIndex(), each.offset()));
        }
        return offsets;
    }

    private CompletableFuture<Answer> delete(String topic, int index, long offset) {
        Located located = partitions.find(BY_NAME, topic, index);
        Partition partition = located.partition();
        if (partition == null) {
            return CompletableFuture.completedFuture(Answer.failed(located.error()));
        }
        PartitionView view = partition.view();
        ErrorCode refusal = refusal(topic, partition, view, offset);
        if (refusal != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(Answer.failed(refusal));
        }
        long start = offset == HIGH_WATERMARK ? view.highWatermark() : offset;
        if (start <= view.leaderLog().startOffset()) {
            return CompletableFuture.completedFuture(Answer.of(partition));
        }
        return starts.raise(partition, start).toCompletableFuture().handle((done, failure) -> {
            if (failure == null) {
                return Answer.of(partition);
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Cannot delete records of partition {0}: {1}",
                    partition.key(),
                    failure.getMessage());
            return Answer.failed(ErrorCode.KAFKA_STORAGE_ERROR);
        });
    }

    private static ErrorCode refusal(String topic, Partition partition, PartitionView view, long offset) {
        if (TopicNames.isInternal(topic)) {
            return ErrorCode.INVALID_TOPIC_EXCEPTION;
        }
        if (view.status() != PartitionView.Status.LEADING) {
            return view.status().error();
        }
        if (!partition.settings().log().retention().byAgeAndSize()) {
            return ErrorCode.POLICY_VIOLATION;
        }
        boolean known = offset == HIGH_WATERMARK || (offset >= 0 && offset <= view.highWatermark());
        return known ? ErrorCode.NONE : ErrorCode.OFFSET_OUT_OF_RANGE;
    }

    private static DeleteRecordsResponse response(Map<String, Map<Integer, CompletableFuture<Answer>>> answers) {
        List<DeleteRecordsTopicResult> topics = new ArrayList<>(answers.size());
        answers.forEach((name, ofTopic) -> {
            List<DeleteRecordsPartitionResult> results = new ArrayList<>(ofTopic.size());
            ofTopic.forEach((index, future) -> {
                Answer answer = future.join();
                results.add(new DeleteRecordsPartitionResult()
                        .setPartitionIndex(index)
                        .setErrorCode(answer.error().code())
                        .setLowWatermark(answer.lowWatermark()));
            });
            topics.add(new DeleteRecordsTopicResult().setName(name).setPartitions(results));
        });
        return new DeleteRecordsResponse().setTopics(topics);
    }
}
