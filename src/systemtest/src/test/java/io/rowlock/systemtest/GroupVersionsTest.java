package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group's whole life in every version of every API that clients old and new use for it. */
@ExtendWith(SharedBroker.class)
class GroupVersionsTest {
    private static final List<ApiKeys> APIS = List.of(
            ApiKeys.FIND_COORDINATOR,
            ApiKeys.JOIN_GROUP,
            ApiKeys.SYNC_GROUP,
            ApiKeys.HEARTBEAT,
            ApiKeys.LEAVE_GROUP,
            ApiKeys.OFFSET_COMMIT,
            ApiKeys.OFFSET_FETCH,
            ApiKeys.OFFSET_DELETE,
            ApiKeys.DESCRIBE_GROUPS,
            ApiKeys.LIST_GROUPS,
            ApiKeys.DELETE_GROUPS);

    @Test
    void everyStableVersionIsOffered(ServerProcess server) {
        assumeTrue(Target.current() == Target.ROWLOCK);
        try (RawGroup raw = new RawGroup(server, "", 4)) {
            var offered = raw.call(
                            ApiKeys.API_VERSIONS,
                            new ApiVersionsRequestData()
                                    .setClientSoftwareName("raw")
                                    .setClientSoftwareVersion("1"),
                            new ApiVersionsResponseData())
                    .apiKeys();
            for (ApiKeys api : APIS) {
                ApiVersion range = Objects.requireNonNull(offered.find(api.id), api.name);
                assertThat(List.of(range.minVersion(), range.maxVersion()))
                        .as(api.name)
                        .isEqualTo(List.of(api.oldestVersion(), api.latestVersion(false)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aGroupsLife(int age, ServerProcess server) {
        String group = Clients.uniqueName("raw-group");
        TopicPartition partition = new TopicPartition(Clients.topic(server, "raw-group", 1, Map.of()), 0);
        Uuid topicId = topicId(server, partition.topic());
        try (RawGroup raw = new RawGroup(server, group, age)) {
            Clients.until("the coordinator is known", () -> raw.findCoordinator() == server.clientPort());
            String member = joined(raw);
            assertThat(described(raw, group).groupState()).isEqualTo("CompletingRebalance");
            assertThat(raw.commit(member, 1, partition, topicId, 4)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
            assertThat(raw.sync(member, 1).assignment()).isEqualTo(RawGroup.ASSIGNMENT);
            assertIsStable(raw, group, member);

            assertThat(raw.heartbeat(member, 1)).isEqualTo(Errors.NONE);
            assertThat(raw.heartbeat(member, 2)).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(raw.heartbeat("stranger", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);

            assertThat(raw.committed(partition, topicId)).isEqualTo(-1);
            assertThat(raw.commit(member, 1, partition, topicId, 5)).isEqualTo(Errors.NONE);
            assertThat(raw.commit(member, 0, partition, topicId, 6)).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(raw.commit(member, 2, partition, topicId, 6)).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(raw.commit("stranger", 1, partition, topicId, 6)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(raw.commit("", -1, partition, topicId, 6)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(raw.committed(partition, topicId)).isEqualTo(5);

            assertThat(raw.leave("stranger")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(deleted(raw, group)).isEqualTo(Errors.NON_EMPTY_GROUP);
            assertThat(raw.leave(member)).isEqualTo(Errors.NONE);
            assertThat(described(raw, group).groupState()).isEqualTo("Empty");
            assertThat(raw.commit("", -1, partition, topicId, 7)).isEqualTo(Errors.NONE);
            assertThat(raw.committed(partition, topicId)).isEqualTo(7);
            assertThat(offsetDeleted(raw, group, partition)).isEqualTo(Errors.NONE);
            assertThat(raw.committed(partition, topicId)).isEqualTo(-1);
            assertThat(deleted(raw, group)).isEqualTo(Errors.NONE);
            assertThat(deleted(raw, group)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
            assertThat(described(raw, group).groupState()).isEqualTo("Dead");
        }
    }

    private static Uuid topicId(ServerProcess server, String topic) {
        try (Admin admin = Clients.admin(server)) {
            return Clients.get(admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic))
                    .topicId();
        }
    }

    /** Its member id; newer clients first get one and then join with it (KIP-394). */
    private static String joined(RawGroup raw) {
        JoinGroupResponseData answer = raw.join("");
        // Apache Kafka names a coordinator before that has loaded what it needs.
        while (Target.current() == Target.KAFKA
                && Errors.forCode(answer.errorCode()).exception() instanceof RetriableException) {
            answer = raw.join("");
        }
        if (raw.version(ApiKeys.JOIN_GROUP) >= 4) {
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
            answer = raw.join(answer.memberId());
        }
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(answer.generationId()).isEqualTo(1);
        assertThat(answer.protocolName()).isEqualTo(RawGroup.PROTOCOL);
        assertThat(answer.leader()).isEqualTo(answer.memberId());
        assertThat(answer.members()).hasSize(1);
        assertThat(answer.members().get(0).metadata()).isEqualTo(RawGroup.METADATA);
        return answer.memberId();
    }

    private static void assertIsStable(RawGroup raw, String group, String member) {
        DescribedGroup described = described(raw, group);
        assertThat(described.groupState()).isEqualTo("Stable");
        assertThat(described.protocolType()).isEqualTo(RawGroup.TYPE);
        assertThat(described.protocolData()).isEqualTo(RawGroup.PROTOCOL);
        assertThat(described.members()).hasSize(1);
        assertThat(described.members().get(0).memberId()).isEqualTo(member);
        assertThat(described.members().get(0).clientId()).isEqualTo("raw-client");
        assertThat(described.members().get(0).memberMetadata()).isEqualTo(RawGroup.METADATA);
        assertThat(described.members().get(0).memberAssignment()).isEqualTo(RawGroup.ASSIGNMENT);

        Stream<ListGroupsResponseData.ListedGroup> listed =
                raw
                        .call(ApiKeys.LIST_GROUPS, new ListGroupsRequestData(), new ListGroupsResponseData())
                        .groups()
                        .stream()
                        .filter(one -> one.groupId().equals(group));
        assertThat(listed).hasSize(1).allSatisfy(one -> {
            assertThat(one.protocolType()).isEqualTo(RawGroup.TYPE);
            assertThat(one.groupState()).isEqualTo(raw.version(ApiKeys.LIST_GROUPS) >= 4 ? "Stable" : "");
            assertThat(one.groupType()).isEqualTo(raw.version(ApiKeys.LIST_GROUPS) >= 5 ? "classic" : "");
        });
    }

    private static DescribedGroup described(RawGroup raw, String group) {
        return raw.call(
                        ApiKeys.DESCRIBE_GROUPS,
                        new DescribeGroupsRequestData().setGroups(List.of(group)),
                        new DescribeGroupsResponseData())
                .groups()
                .get(0);
    }

    private static Errors deleted(RawGroup raw, String group) {
        var results = raw.call(
                        ApiKeys.DELETE_GROUPS,
                        new DeleteGroupsRequestData().setGroupsNames(List.of(group)),
                        new DeleteGroupsResponseData())
                .results();
        DeletableGroupResult result = Objects.requireNonNull(results.find(group), group);
        return Errors.forCode(result.errorCode());
    }

    private static Errors offsetDeleted(RawGroup raw, String group, TopicPartition partition) {
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestTopic()
                .setName(partition.topic())
                .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition.partition()))));
        return Errors.forCode(raw.call(
                        ApiKeys.OFFSET_DELETE,
                        new OffsetDeleteRequestData().setGroupId(group).setTopics(topics),
                        new OffsetDeleteResponseData())
                .errorCode());
    }
}
