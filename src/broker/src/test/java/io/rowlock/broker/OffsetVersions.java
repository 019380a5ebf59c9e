package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FindCoordinatorRequest;
import io.rowlock.protocol.message.FindCoordinatorResponse;
import io.rowlock.protocol.message.FindCoordinatorResponse.Coordinator;
import io.rowlock.protocol.message.OffsetCommitRequest;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.rowlock.protocol.message.OffsetCommitResponse;
import io.rowlock.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import io.rowlock.protocol.message.OffsetDeleteRequest;
import io.rowlock.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import io.rowlock.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.rowlock.protocol.message.OffsetDeleteResponse;
import io.rowlock.protocol.message.OffsetFetchRequest;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.rowlock.protocol.message.OffsetFetchResponse;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Committed offsets without membership in a group, in every version of the APIs that keep, tell and forget them. */
final class OffsetVersions {

    /** How a request is asked and answered. */
    interface Client {
        ApiMessage ask(ApiKey api, int version, ApiMessage request) throws IOException;
    }

    private static final String UNKNOWN = "nobody-made-this";
    private static final UUID UNKNOWN_ID = new UUID(77, 77);

    private final Client client;
    private final int port;
    private final String topic;
    private final UUID topicId;

    /** @param topic has partitions 0 and 1 */
    OffsetVersions(Client client, int port, String topic, UUID topicId) {
        this.client = client;
        this.port = port;
        this.topic = topic;
        this.topicId = topicId;
    }

    // FindCoordinator

    private Coordinator coordinator(int version, int type, String key) throws IOException {
        FindCoordinatorRequest request = new FindCoordinatorRequest();
        request = version < 4 ? request.setKey(key) : request.setCoordinatorKeys(List.of("other", key));
        request = version < 1 ? request : request.setKeyType((byte) type);
        FindCoordinatorResponse response =
                (FindCoordinatorResponse) client.ask(ApiKey.FIND_COORDINATOR, version, request);
        if (version < 4) {
            return new Coordinator()
                    .setErrorCode(response.errorCode())
                    .setErrorMessage(response.errorMessage())
                    .setNodeId(response.nodeId())
                    .setHost(response.host())
                    .setPort(response.port());
        }
        assertThat(response.coordinators()).extracting(Coordinator::key).containsExactly("other", key);
        return response.coordinators().get(1);
    }

    void findsCoordinators(int version) throws IOException {
        Coordinator found = coordinator(version, 0, "group");
        assertThat(found.errorCode()).isZero();
        assertThat(found.nodeId()).isEqualTo(1);
        assertThat(found.host()).isEqualTo("127.0.0.1");
        assertThat(found.port()).isEqualTo(port);
        if (version >= 1) {
            for (int type = 1; type <= 3; type++) {
                Coordinator refused = coordinator(version, type, "group");
                assertThat(refused.errorCode()).isEqualTo(refusal(version, type).code());
                assertThat(refused.errorMessage()).startsWith("There are no ");
                assertThat(refused.nodeId()).isEqualTo(-1);
            }
        }
    }

    /** Who asks for one transaction at a time may be librdkafka, which takes no other error for final. */
    private static ErrorCode refusal(int version, int type) {
        return switch (type) {
            case 1 -> version < 4 ? ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : ErrorCode.UNSUPPORTED_VERSION;
            case 2 -> ErrorCode.UNSUPPORTED_VERSION;
            default -> ErrorCode.INVALID_REQUEST;
        };
    }

    // OffsetCommit

    private ErrorCode commit(int version, String group, int generation, int partition, @Nullable String metadata)
            throws IOException {
        return commit(version, group, generation, topic, topicId, partition, metadata);
    }

    private ErrorCode commit(
            int version, String group, int generation, String name, UUID id, int partition, @Nullable String metadata)
            throws IOException {
        OffsetCommitRequestTopic asked = new OffsetCommitRequestTopic()
                .setPartitions(List.of(new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(40L + version)
                        .setCommittedLeaderEpoch(version < 6 ? -1 : 3)
                        .setCommittedMetadata(metadata)));
        OffsetCommitRequest request = new OffsetCommitRequest()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(generation)
                .setMemberId("")
                .setTopics(List.of(version < 10 ? asked.setName(name) : asked.setTopicId(id)));
        OffsetCommitResponse response = (OffsetCommitResponse) client.ask(ApiKey.OFFSET_COMMIT, version, request);
        assertThat(response.topics()).hasSize(1);
        assertThat(response.topics().get(0).name()).isEqualTo(version < 10 ? name : "");
        assertThat(response.topics().get(0).topicId()).isEqualTo(version < 10 ? new UUID(0, 0) : id);
        OffsetCommitResponsePartition answer =
                response.topics().get(0).partitions().get(0);
        assertThat(answer.partitionIndex()).isEqualTo(partition);
        return ErrorCode.forCode(answer.errorCode());
    }

    void commitsOffsets(int version) throws IOException {
        assertThat(commit(version, "commits", -1, 1, "note")).isEqualTo(ErrorCode.NONE);
        assertThat(offset(version, "commits", 1))
                .isEqualTo(new OffsetFetchResponsePartitions()
                        .setPartitionIndex(1)
                        .setCommittedOffset(40L + version)
                        .setCommittedLeaderEpoch(version < 6 ? -1 : 3)
                        .setMetadata("note"));
        assertThat(commit(version, "commits", -1, 0, null)).isEqualTo(ErrorCode.NONE);
        assertThat(offset(version, "commits", 0).metadata()).isEmpty();
        assertThat(commit(version, "commits", -1, 0, "x".repeat(4096))).isEqualTo(ErrorCode.NONE);
        assertThat(commit(version, "commits", -1, 0, "x".repeat(4097))).isEqualTo(ErrorCode.OFFSET_METADATA_TOO_LARGE);
        assertThat(commit(version, "commits", -1, 0, "a\0b")).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(commit(version, "a\0b", -1, 0, "")).isEqualTo(ErrorCode.INVALID_GROUP_ID);
        assertThat(commit(version, "commits", -1, 2, "")).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(commit(version, "commits", -1, -1, "")).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(commit(version, "commits", -1, UNKNOWN, UNKNOWN_ID, 0, ""))
                .isEqualTo(version < 10 ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(commit(version, "no-such-group", 5, 0, ""))
                .isEqualTo(version < 9 ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.GROUP_ID_NOT_FOUND);
    }

    // OffsetFetch

    private List<OffsetFetchResponsePartitions> offsets(
            int version, String group, String name, UUID id, @Nullable List<Integer> partitions) throws IOException {
        OffsetFetchRequest request =
                version < 7 ? new OffsetFetchRequest() : new OffsetFetchRequest().setRequireStable(true);
        if (version < 8) {
            OffsetFetchResponse response = (OffsetFetchResponse) client.ask(
                    ApiKey.OFFSET_FETCH,
                    version,
                    request.setGroupId(group)
                            .setTopics(
                                    partitions == null
                                            ? null
                                            : List.of(new OffsetFetchRequestTopic()
                                                    .setName(name)
                                                    .setPartitionIndexes(partitions))));
            assertThat(response.errorCode()).isZero();
            return response.topics().stream()
                    .flatMap(each -> each.partitions().stream())
                    .map(each -> new OffsetFetchResponsePartitions()
                            .setPartitionIndex(each.partitionIndex())
                            .setCommittedOffset(each.committedOffset())
                            .setCommittedLeaderEpoch(each.committedLeaderEpoch())
                            .setMetadata(each.metadata())
                            .setErrorCode(each.errorCode()))
                    .toList();
        }
        OffsetFetchRequestTopics asked = new OffsetFetchRequestTopics();
        asked = version < 10 ? asked.setName(name) : asked.setTopicId(id);
        OffsetFetchResponse response = (OffsetFetchResponse) client.ask(
                ApiKey.OFFSET_FETCH,
                version,
                request.setGroups(List.of(
                        new OffsetFetchRequestGroup()
                                .setGroupId("somebody-else")
                                .setTopics(null),
                        new OffsetFetchRequestGroup()
                                .setGroupId(group)
                                .setTopics(
                                        partitions == null ? null : List.of(asked.setPartitionIndexes(partitions))))));
        assertThat(response.groups()).hasSize(2);
        assertThat(response.groups().get(0).topics()).isEmpty();
        assertThat(response.groups().get(1).groupId()).isEqualTo(group);
        assertThat(response.groups().get(1).errorCode()).isZero();
        return response.groups().get(1).topics().stream()
                .flatMap(each -> each.partitions().stream())
                .toList();
    }

    private OffsetFetchResponsePartitions offset(int version, String group, int partition) throws IOException {
        // Leader epochs came with version 5 of the one and version 6 of the other.
        List<OffsetFetchResponsePartitions> found =
                offsets(Math.max(1, version), group, topic, topicId, List.of(partition));
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static OffsetFetchResponsePartitions nothing(int partition, ErrorCode error) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(partition)
                .setCommittedOffset(-1)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("")
                .setErrorCode(error.code());
    }

    void fetchesOffsets(int version) throws IOException {
        assertThat(commit(10, "fetches", -1, 0, "zero")).isEqualTo(ErrorCode.NONE);
        assertThat(offset(version, "fetches", 0).committedOffset()).isEqualTo(50);
        assertThat(offset(version, "fetches", 0).committedLeaderEpoch()).isEqualTo(version < 5 ? -1 : 3);
        assertThat(offset(version, "fetches", 0).metadata()).isEqualTo("zero");
        assertThat(offset(version, "fetches", 1)).isEqualTo(nothing(1, ErrorCode.NONE));
        assertThat(offset(version, "no-such-group", 0)).isEqualTo(nothing(0, ErrorCode.NONE));
        assertThat(offsets(version, "fetches", UNKNOWN, UNKNOWN_ID, List.of(0)))
                .containsExactly(nothing(0, version < 10 ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_ID));
        if (version >= 2) {
            assertThat(offsets(version, "fetches", topic, topicId, null)).hasSize(1);
            assertThat(offsets(version, "no-such-group", topic, topicId, null)).isEmpty();
        }
    }

    // OffsetDelete

    private OffsetDeleteResponse delete(String group, String name, int partition) throws IOException {
        return (OffsetDeleteResponse) client.ask(
                ApiKey.OFFSET_DELETE,
                0,
                new OffsetDeleteRequest()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetDeleteRequestTopic()
                                .setName(name)
                                .setPartitions(
                                        List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition))))));
    }

    private ErrorCode deletePartition(String group, String name, int partition) throws IOException {
        OffsetDeleteResponse response = delete(group, name, partition);
        assertThat(response.errorCode()).isZero();
        return ErrorCode.forCode(response.topics().get(0).partitions().get(0).errorCode());
    }

    void deletesOffsets(int version) throws IOException {
        assertThat(version).isZero();
        assertThat(commit(10, "deletes", -1, 0, "")).isEqualTo(ErrorCode.NONE);
        assertThat(deletePartition("deletes", topic, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(offset(10, "deletes", 0).committedOffset()).isEqualTo(50);
        assertThat(deletePartition("deletes", topic, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(offset(10, "deletes", 0)).isEqualTo(nothing(0, ErrorCode.NONE));
        assertThat(deletePartition("deletes", topic, 2)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(deletePartition("deletes", UNKNOWN, 0)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(delete("no-such-group", topic, 0).errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
        assertThat(delete("", topic, 0).errorCode()).isEqualTo(ErrorCode.INVALID_GROUP_ID.code());
    }
}
