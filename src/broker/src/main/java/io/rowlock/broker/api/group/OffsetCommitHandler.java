package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.MemberClaim;
import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.OffsetCommitRequest;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.rowlock.protocol.message.OffsetCommitResponse;
import io.rowlock.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import io.rowlock.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** OffsetCommit, versions 2 to 10. Answered when the offsets are kept. */
public final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequest, OffsetCommitResponse> {

    private static final short LAST_RETENTION_VERSION = 4;
    private static final short UNKNOWN_GROUP_VERSION = 9;
    private static final short TOPIC_ID_VERSION = 10;
    /** The longest time that can be added to the present without leaving what clocks and PostgreSQL can tell. */
    private static final long RETENTION_MS_MAX = Duration.ofDays(365L * 292).toMillis();

    private final GroupCoordinator coordinator;
    private final Supplier<MetadataImage> image;
    private final int metadataMax;

    /** @param metadataMax characters that the metadata of an offset may have */
    public OffsetCommitHandler(GroupCoordinator coordinator, Supplier<MetadataImage> image, int metadataMax) {
        this.coordinator = coordinator;
        this.image = image;
        this.metadataMax = metadataMax;
    }

    @Override
    public void handle(RequestContext context, OffsetCommitRequest request, Consumer<OffsetCommitResponse> reply) {
        Plan plan = new Plan(context.apiVersion(), request);
        OffsetCommitResponse response = plan.response();
        if (plan.offsets.isEmpty()) {
            reply.accept(response);
            return;
        }
        MemberClaim claim =
                new MemberClaim(request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch());
        coordinator.commit(request.groupId(), claim, plan.offsets, context, error -> {
            plan.answer(error);
            reply.accept(response);
        });
    }

    /** What of one request can be committed, and where the answer to that belongs. */
    private final class Plan {

        private final short version;
        private final OffsetCommitRequest request;
        private final @Nullable Duration retention;
        private final List<OffsetCommit> offsets = new ArrayList<>();
        private final List<OffsetCommitResponsePartition> awaited = new ArrayList<>();

        Plan(short version, OffsetCommitRequest request) {
            this.version = version;
            this.request = request;
            this.retention = version <= LAST_RETENTION_VERSION && request.retentionTimeMs() >= 0
                    ? Duration.ofMillis(Math.min(RETENTION_MS_MAX, request.retentionTimeMs()))
                    : null;
        }

        OffsetCommitResponse response() {
            ErrorCode refusal = WriteRules.isGroupId(request.groupId()) ? ErrorCode.NONE : ErrorCode.INVALID_GROUP_ID;
            MetadataImage now = image.get();
            List<OffsetCommitResponseTopic> topics =
                    new ArrayList<>(request.topics().size());
            for (OffsetCommitRequestTopic topic : request.topics()) {
                topics.add(plan(topic, now, refusal));
            }
            return new OffsetCommitResponse().setTopics(topics);
        }

        private OffsetCommitResponseTopic plan(OffsetCommitRequestTopic asked, MetadataImage now, ErrorCode refusal) {
            boolean byId = version >= TOPIC_ID_VERSION;
            TopicInfo topic = byId ? now.topic(asked.topicId()) : now.topic(asked.name());
            ErrorCode error = refusal;
            if (error == ErrorCode.NONE && topic == null) {
                error = byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            }
            List<OffsetCommitResponsePartition> partitions =
                    new ArrayList<>(asked.partitions().size());
            for (OffsetCommitRequestPartition partition : asked.partitions()) {
                partitions.add(plan(partition, topic, error));
            }
            return new OffsetCommitResponseTopic()
                    .setName(asked.name())
                    .setTopicId(asked.topicId())
                    .setPartitions(partitions);
        }

        private OffsetCommitResponsePartition plan(
                OffsetCommitRequestPartition asked, @Nullable TopicInfo topic, ErrorCode refusal) {
            OffsetCommitResponsePartition answer =
                    new OffsetCommitResponsePartition().setPartitionIndex(asked.partitionIndex());
            String metadata = asked.committedMetadata() == null ? "" : asked.committedMetadata();
            ErrorCode error = refusal == ErrorCode.NONE && topic != null ? check(asked, topic, metadata) : refusal;
            if (error == ErrorCode.NONE && topic != null) {
                OffsetKey key = new OffsetKey(request.groupId(), topic.id(), asked.partitionIndex());
                offsets.add(new OffsetCommit(
                        key, asked.committedOffset(), asked.committedLeaderEpoch(), metadata, retention));
                awaited.add(answer);
            }
            return answer.setErrorCode(error.code());
        }

        private ErrorCode check(OffsetCommitRequestPartition asked, TopicInfo topic, String metadata) {
            if (asked.partitionIndex() < 0
                    || asked.partitionIndex() >= topic.partitions().size()) {
                return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            }
            if (metadata.length() > metadataMax) {
                return ErrorCode.OFFSET_METADATA_TOO_LARGE;
            }
            return WriteRules.isText(metadata) ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
        }

        void answer(ErrorCode error) {
            if (error == ErrorCode.NONE) {
                return;
            }
            boolean known = error != ErrorCode.GROUP_ID_NOT_FOUND || version >= UNKNOWN_GROUP_VERSION;
            short code = (known ? error : ErrorCode.ILLEGAL_GENERATION).code();
            awaited.forEach(partition -> partition.setErrorCode(code));
        }
    }
}
