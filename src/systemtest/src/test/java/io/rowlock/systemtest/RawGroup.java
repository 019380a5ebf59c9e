package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * A group's member that speaks the protocol as a client of a certain age: each API in that version, or the nearest that there is. Its protocol is none that a
 * broker could understand, as those of Kafka Connect and others are.
 */
final class RawGroup implements AutoCloseable {
    static final byte[] METADATA = {1, 2};
    static final byte[] ASSIGNMENT = {3, 4, 5};
    static final String TYPE = "raw-type";
    static final String PROTOCOL = "raw-protocol";

    private final RawConnection connection;
    private final String group;
    private final int age;
    private int correlationId;

    RawGroup(ServerProcess server, String group, int age) {
        this.connection = new RawConnection(server);
        this.group = group;
        this.age = age;
    }

    @Override
    public void close() {
        connection.close();
    }

    /** The version of an API that this client speaks; {@code newest} is the newest that the broker offers. */
    short version(ApiKeys api) {
        return (short) Math.max(api.oldestVersion(), Math.min(age, newest(api)));
    }

    private static short newest(ApiKeys api) {
        return Target.current() == Target.KAFKA && api == ApiKeys.DELETE_GROUPS ? 2 : api.latestVersion();
    }

    /** Sends a request and reads the answer into {@code answer}. */
    <A extends ApiMessage> A call(ApiKeys api, ApiMessage request, A answer) {
        short version = version(api);
        RequestHeader header = new RequestHeader(api, version, "raw-client", ++correlationId);
        ByteBuffer bytes = RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
        byte[] frame = new byte[bytes.remaining()];
        bytes.get(frame);
        ByteBuffer received =
                Objects.requireNonNull(connection.sendFrame(frame).receive(), "hung up instead of answering " + api);
        ResponseHeader.parse(received, api.responseHeaderVersion(version));
        answer.read(new ByteBufferAccessor(received), version);
        if (received.hasRemaining()) {
            throw new AssertionError(received.remaining() + " bytes too many in an answer to " + api);
        }
        return answer;
    }

    /** The port of the coordinator. */
    int findCoordinator() {
        boolean batched = version(ApiKeys.FIND_COORDINATOR) >= 4;
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        FindCoordinatorResponseData answer = new FindCoordinatorResponseData();
        if (batched) {
            request.setCoordinatorKeys(List.of(group));
        } else {
            request.setKey(group);
        }
        call(ApiKeys.FIND_COORDINATOR, request, answer);
        return batched ? answer.coordinators().get(0).port() : answer.port();
    }

    JoinGroupResponseData join(String memberId) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName(PROTOCOL).setMetadata(METADATA));
        return call(
                ApiKeys.JOIN_GROUP,
                new JoinGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(memberId)
                        .setSessionTimeoutMs(30_000)
                        .setRebalanceTimeoutMs(30_000)
                        .setProtocolType(TYPE)
                        .setProtocols(protocols),
                new JoinGroupResponseData());
    }

    SyncGroupResponseData sync(String memberId, int generation) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationId(generation)
                .setAssignments(List.of(
                        new SyncGroupRequestAssignment().setMemberId(memberId).setAssignment(ASSIGNMENT)));
        if (version(ApiKeys.SYNC_GROUP) >= 5) {
            request.setProtocolType(TYPE).setProtocolName(PROTOCOL);
        }
        return call(ApiKeys.SYNC_GROUP, request, new SyncGroupResponseData());
    }

    Errors heartbeat(String memberId, int generation) {
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationId(generation);
        return Errors.forCode(
                call(ApiKeys.HEARTBEAT, request, new HeartbeatResponseData()).errorCode());
    }

    Errors commit(String memberId, int generation, TopicPartition partition, Uuid topicId, long offset) {
        OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic()
                .setName(partition.topic())
                .setTopicId(topicId)
                .setPartitions(List.of(new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition.partition())
                        .setCommittedOffset(offset)
                        .setCommittedMetadata("m")));
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(topic));
        return Errors.forCode(call(ApiKeys.OFFSET_COMMIT, request, new OffsetCommitResponseData())
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .errorCode());
    }

    /** The committed offset of a partition, or -1. */
    long committed(TopicPartition partition, Uuid topicId) {
        List<Integer> indexes = List.of(partition.partition());
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        if (version(ApiKeys.OFFSET_FETCH) < 8) {
            request.setGroupId(group)
                    .setTopics(List.of(new OffsetFetchRequestTopic()
                            .setName(partition.topic())
                            .setPartitionIndexes(indexes)));
            return call(ApiKeys.OFFSET_FETCH, request, new OffsetFetchResponseData())
                    .topics()
                    .get(0)
                    .partitions()
                    .get(0)
                    .committedOffset();
        }
        request.setGroups(List.of(new OffsetFetchRequestGroup()
                .setGroupId(group)
                .setTopics(List.of(new OffsetFetchRequestTopics()
                        .setName(partition.topic())
                        .setTopicId(topicId)
                        .setPartitionIndexes(indexes)))));
        return call(ApiKeys.OFFSET_FETCH, request, new OffsetFetchResponseData())
                .groups()
                .get(0)
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .committedOffset();
    }

    Errors leave(String memberId) {
        boolean batched = version(ApiKeys.LEAVE_GROUP) >= 3;
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        if (batched) {
            request.setMembers(List.of(new MemberIdentity().setMemberId(memberId)));
        } else {
            request.setMemberId(memberId);
        }
        LeaveGroupResponseData answer = call(ApiKeys.LEAVE_GROUP, request, new LeaveGroupResponseData());
        return Errors.forCode(
                batched && answer.errorCode() == 0 ? answer.members().get(0).errorCode() : answer.errorCode());
    }
}
