package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeGroupsRequest;
import io.rowlock.protocol.message.DescribeGroupsResponse;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.rowlock.protocol.message.HeartbeatRequest;
import io.rowlock.protocol.message.HeartbeatResponse;
import io.rowlock.protocol.message.JoinGroupRequest;
import io.rowlock.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.rowlock.protocol.message.JoinGroupResponse;
import io.rowlock.protocol.message.LeaveGroupRequest;
import io.rowlock.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.rowlock.protocol.message.LeaveGroupResponse;
import io.rowlock.protocol.message.SyncGroupRequest;
import io.rowlock.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.rowlock.protocol.message.SyncGroupResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that wait for each other, each on a connection of its own. */
@Timeout(60)
class GroupMembersTest {

    private static final String GROUP = "shared";

    private final InMemoryMetadataStore metadata = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());
    private final InMemoryGroupStore groups = new InMemoryGroupStore(metadata, new SystemClock());

    @TempDir
    private Path data;

    private BrokerInProcess broker() throws IOException {
        return new BrokerInProcess(
                data, metadata, groups, Durability.ASYNC, Map.of("group.initial.rebalance.delay.ms", "0"));
    }

    /** One member: who it is, and the request that it waits for. */
    private static final class Member {
        private BrokerClient client;
        private String id = "";
        private int generation = -1;
        private int waits;

        Member(BrokerInProcess broker) throws IOException {
            client = new BrokerClient(broker);
        }

        void reconnect(BrokerInProcess broker) throws IOException {
            client = new BrokerClient(broker);
        }

        void sendJoin() throws IOException {
            JoinGroupRequestProtocol protocol =
                    new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]);
            waits = client.send(
                    ApiKey.JOIN_GROUP,
                    9,
                    new JoinGroupRequest()
                            .setGroupId(GROUP)
                            .setMemberId(id)
                            .setProtocolType("connect")
                            .setSessionTimeoutMs(30_000)
                            .setRebalanceTimeoutMs(30_000)
                            .setProtocols(List.of(protocol)));
        }

        JoinGroupResponse joined() throws IOException {
            JoinGroupResponse response = (JoinGroupResponse) client.raw.receive(ApiKey.JOIN_GROUP, 9, waits);
            id = response.memberId();
            generation = response.generationId();
            return response;
        }

        void isInvited() throws IOException {
            sendJoin();
            assertThat(joined().errorCode()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED.code());
        }

        void sendSync(Member... members) throws IOException {
            waits = client.send(
                    ApiKey.SYNC_GROUP,
                    5,
                    new SyncGroupRequest()
                            .setGroupId(GROUP)
                            .setMemberId(id)
                            .setGenerationId(generation)
                            .setProtocolType("connect")
                            .setProtocolName("range")
                            .setAssignments(Arrays.stream(members)
                                    .map(member -> new SyncGroupRequestAssignment()
                                            .setMemberId(member.id)
                                            .setAssignment(member.share()))
                                    .toList()));
        }

        void hasItsShare() throws IOException {
            SyncGroupResponse response = (SyncGroupResponse) client.raw.receive(ApiKey.SYNC_GROUP, 5, waits);
            assertThat(response.errorCode()).isZero();
            assertThat(response.assignment()).isEqualTo(share());
        }

        private byte[] share() {
            return (generation + "/" + id).getBytes(StandardCharsets.UTF_8);
        }

        ErrorCode heartbeat() throws IOException {
            HeartbeatResponse response = (HeartbeatResponse) client.ask(
                    ApiKey.HEARTBEAT,
                    4,
                    new HeartbeatRequest().setGroupId(GROUP).setMemberId(id).setGenerationId(generation));
            return ErrorCode.forCode(response.errorCode());
        }

        LeaveGroupResponse leave() throws IOException {
            return (LeaveGroupResponse) client.ask(
                    ApiKey.LEAVE_GROUP,
                    5,
                    new LeaveGroupRequest()
                            .setGroupId(GROUP)
                            .setMembers(
                                    List.of(new MemberIdentity().setMemberId(id).setReason("done"))));
        }

        DescribedGroup describe() throws IOException {
            DescribeGroupsResponse response = (DescribeGroupsResponse)
                    client.ask(ApiKey.DESCRIBE_GROUPS, 6, new DescribeGroupsRequest().setGroups(List.of(GROUP)));
            return response.groups().get(0);
        }

        void close() throws IOException {
            client.close();
        }
    }

    private static void becomeStable(Member leader, Member follower) throws IOException {
        leader.isInvited();
        leader.sendJoin();
        assertThat(leader.joined().members()).hasSize(1);
        leader.sendSync(leader);
        leader.hasItsShare();
        follower.isInvited();
        follower.sendJoin();
        while (leader.heartbeat() == ErrorCode.NONE) {
            Thread.onSpinWait();
        }
        leader.sendJoin();
        assertThat(leader.joined().members()).hasSize(2);
        assertThat(follower.joined().leader()).isEqualTo(leader.id);
        assertThat(follower.generation).isEqualTo(2);
        follower.sendSync();
        leader.sendSync(leader, follower);
        leader.hasItsShare();
        follower.hasItsShare();
    }

    @Test
    void theyShareAndShareAnewWhenOneLeaves() throws Exception {
        try (BrokerInProcess broker = broker()) {
            Member leader = new Member(broker);
            Member follower = new Member(broker);
            becomeStable(leader, follower);
            assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
            assertThat(leader.leave().members().get(0).errorCode()).isZero();
            assertThat(follower.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
            follower.sendJoin();
            assertThat(follower.joined().leader()).isEqualTo(follower.id);
            assertThat(follower.generation).isEqualTo(3);
            leader.close();
            follower.close();
        }
    }

    @Test
    void whoWaitsIsToldWhenTheBrokerStops() throws Exception {
        Member member;
        try (BrokerInProcess broker = broker()) {
            member = new Member(broker);
            Member away = new Member(broker);
            becomeStable(member, away);
            member.sendJoin();
            while (away.heartbeat() == ErrorCode.NONE) {
                Thread.onSpinWait();
            }
            away.close();
        }
        assertThat(member.joined().errorCode()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE.code());
        member.close();
    }

    @Test
    void aRestartOfTheBrokerChangesNothing() throws Exception {
        Member leader;
        Member follower;
        DescribedGroup before;
        try (BrokerInProcess broker = broker()) {
            leader = new Member(broker);
            follower = new Member(broker);
            becomeStable(leader, follower);
            before = leader.describe();
            leader.close();
            follower.close();
        }
        try (BrokerInProcess broker = broker()) {
            leader.reconnect(broker);
            follower.reconnect(broker);
            assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
            assertThat(follower.heartbeat()).isEqualTo(ErrorCode.NONE);
            assertThat(follower.describe()).isEqualTo(before);
            follower.sendSync();
            follower.hasItsShare();
            leader.close();
            follower.close();
        }
    }
}
