package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteGroupsRequest;
import io.rowlock.protocol.message.DeleteGroupsResponse;
import io.rowlock.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import io.rowlock.protocol.message.DescribeGroupsRequest;
import io.rowlock.protocol.message.DescribeGroupsResponse;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroupMember;
import io.rowlock.protocol.message.HeartbeatRequest;
import io.rowlock.protocol.message.HeartbeatResponse;
import io.rowlock.protocol.message.JoinGroupRequest;
import io.rowlock.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import io.rowlock.protocol.message.JoinGroupResponse;
import io.rowlock.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import io.rowlock.protocol.message.LeaveGroupRequest;
import io.rowlock.protocol.message.LeaveGroupRequest.MemberIdentity;
import io.rowlock.protocol.message.LeaveGroupResponse;
import io.rowlock.protocol.message.ListGroupsRequest;
import io.rowlock.protocol.message.ListGroupsResponse;
import io.rowlock.protocol.message.ListGroupsResponse.ListedGroup;
import io.rowlock.protocol.message.SyncGroupRequest;
import io.rowlock.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.rowlock.protocol.message.SyncGroupResponse;
import java.io.IOException;
import java.util.List;

/** A group of one member, in every version of the APIs that concern members and groups. */
final class MemberVersions {

    private static final String NOBODY = "nobody";
    private static final byte[] METADATA = {0, 1, 2};
    private static final byte[] ASSIGNMENT = {3, 4};

    private final OffsetVersions.Client client;
    private String memberId = "";
    private int generation;

    MemberVersions(OffsetVersions.Client client) {
        this.client = client;
    }

    // JoinGroup

    private JoinGroupResponse join(int version, String group, String id) throws IOException {
        JoinGroupRequest request = new JoinGroupRequest()
                .setGroupId(group)
                .setSessionTimeoutMs(30_000)
                .setMemberId(id)
                .setProtocolType("connect")
                .setProtocols(
                        List.of(new JoinGroupRequestProtocol().setName("range").setMetadata(METADATA)));
        return (JoinGroupResponse)
                client.ask(ApiKey.JOIN_GROUP, version, version < 1 ? request : request.setRebalanceTimeoutMs(30_000));
    }

    /** Joins until it is a member. */
    private JoinGroupResponse become(int version, String group) throws IOException {
        JoinGroupResponse joined = join(version, group, "");
        if (version >= 4) {
            assertThat(joined.errorCode()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED.code());
            joined = join(version, group, joined.memberId());
        }
        assertThat(joined.errorCode()).isZero();
        memberId = joined.memberId();
        generation = joined.generationId();
        return joined;
    }

    void joins(int version) throws IOException {
        JoinGroupResponse joined = become(version, "joins" + version);
        assertThat(joined.generationId()).isEqualTo(1);
        assertThat(joined.protocolName()).isEqualTo("range");
        assertThat(joined.protocolType()).isEqualTo(version < 7 ? null : "connect");
        assertThat(joined.leader()).isEqualTo(memberId).isNotEmpty();
        assertThat(joined.members())
                .containsExactly(
                        new JoinGroupResponseMember().setMemberId(memberId).setMetadata(METADATA));
        JoinGroupResponse unknown = join(version, "joins" + version, NOBODY);
        assertThat(unknown.errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
        assertThat(unknown.generationId()).isEqualTo(-1);
        assertThat(join(version, "", "").errorCode()).isEqualTo(ErrorCode.INVALID_GROUP_ID.code());
        leave(5, "joins" + version, memberId);
    }

    // SyncGroup

    private SyncGroupResponse sync(int version, String group, String id) throws IOException {
        SyncGroupRequest request = new SyncGroupRequest()
                .setGroupId(group)
                .setGenerationId(generation)
                .setMemberId(id)
                .setAssignments(
                        List.of(new SyncGroupRequestAssignment().setMemberId(id).setAssignment(ASSIGNMENT)));
        return (SyncGroupResponse) client.ask(
                ApiKey.SYNC_GROUP,
                version,
                version < 5 ? request : request.setProtocolType("connect").setProtocolName("range"));
    }

    private void becomeStable(String group) throws IOException {
        become(9, group);
        assertThat(sync(5, group, memberId).errorCode()).isZero();
    }

    void syncs(int version) throws IOException {
        become(9, "syncs" + version);
        SyncGroupResponse synced = sync(version, "syncs" + version, memberId);
        assertThat(synced.errorCode()).isZero();
        assertThat(synced.assignment()).isEqualTo(ASSIGNMENT);
        assertThat(synced.protocolName()).isEqualTo(version < 5 ? null : "range");
        assertThat(sync(version, "syncs" + version, NOBODY).errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
        leave(5, "syncs" + version, memberId);
    }

    // Heartbeat

    private ErrorCode beat(int version, String group, String id, int generationId) throws IOException {
        HeartbeatResponse response = (HeartbeatResponse) client.ask(
                ApiKey.HEARTBEAT,
                version,
                new HeartbeatRequest().setGroupId(group).setMemberId(id).setGenerationId(generationId));
        return ErrorCode.forCode(response.errorCode());
    }

    void beats(int version) throws IOException {
        String group = "beats" + version;
        becomeStable(group);
        assertThat(beat(version, group, memberId, generation)).isEqualTo(ErrorCode.NONE);
        assertThat(beat(version, group, memberId, generation + 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(beat(version, group, NOBODY, generation)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(beat(version, "no-such-group", memberId, generation)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        leave(5, group, memberId);
    }

    // LeaveGroup

    private ErrorCode leave(int version, String group, String id) throws IOException {
        LeaveGroupRequest request = new LeaveGroupRequest().setGroupId(group);
        LeaveGroupResponse response = (LeaveGroupResponse) client.ask(
                ApiKey.LEAVE_GROUP,
                version,
                version < 3
                        ? request.setMemberId(id)
                        : request.setMembers(List.of(new MemberIdentity().setMemberId(id))));
        if (version < 3) {
            return ErrorCode.forCode(response.errorCode());
        }
        assertThat(response.errorCode()).isZero();
        return ErrorCode.forCode(response.members().get(0).errorCode());
    }

    void leaves(int version) throws IOException {
        String group = "leaves" + version;
        becomeStable(group);
        assertThat(leave(version, group, NOBODY)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(leave(version, group, memberId)).isEqualTo(ErrorCode.NONE);
        assertThat(leave(version, group, memberId)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(beat(4, group, memberId, generation)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    // DescribeGroups

    private DescribedGroup describe(int version, String group) throws IOException {
        DescribeGroupsResponse response = (DescribeGroupsResponse) client.ask(
                ApiKey.DESCRIBE_GROUPS, version, new DescribeGroupsRequest().setGroups(List.of(NOBODY, group)));
        assertThat(response.groups()).extracting(DescribedGroup::groupId).containsExactly(NOBODY, group);
        DescribedGroup unknown = response.groups().get(0);
        assertThat(unknown.groupState()).isEqualTo("Dead");
        assertThat(unknown.errorCode()).isEqualTo((version < 6 ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND).code());
        return response.groups().get(1);
    }

    void isDescribed(int version) throws IOException {
        String group = "described" + version;
        becomeStable(group);
        DescribedGroup described = describe(version, group);
        assertThat(described.errorCode()).isZero();
        assertThat(described.groupState()).isEqualTo("Stable");
        assertThat(described.protocolType()).isEqualTo("connect");
        assertThat(described.protocolData()).isEqualTo("range");
        assertThat(described.members()).hasSize(1);
        DescribedGroupMember member = described.members().get(0);
        assertThat(member.memberId()).isEqualTo(memberId);
        assertThat(member.clientHost()).isEqualTo("/127.0.0.1");
        assertThat(member.memberMetadata()).isEqualTo(METADATA);
        assertThat(member.memberAssignment()).isEqualTo(ASSIGNMENT);
        leave(5, group, memberId);
        assertThat(describe(version, group).groupState()).isEqualTo("Empty");
    }

    // ListGroups

    private List<ListedGroup> list(int version, ListGroupsRequest request) throws IOException {
        ListGroupsResponse response = (ListGroupsResponse) client.ask(ApiKey.LIST_GROUPS, version, request);
        assertThat(response.errorCode()).isZero();
        return response.groups();
    }

    void isListed(int version) throws IOException {
        String group = "listed" + version;
        becomeStable(group);
        ListedGroup expected = new ListedGroup()
                .setGroupId(group)
                .setProtocolType("connect")
                .setGroupState(version < 4 ? "" : "Stable")
                .setGroupType(version < 5 ? "" : "Classic");
        assertThat(list(version, new ListGroupsRequest())).contains(expected);
        if (version >= 4) {
            assertThat(list(version, new ListGroupsRequest().setStatesFilter(List.of("Stable"))))
                    .contains(expected);
            assertThat(list(version, new ListGroupsRequest().setStatesFilter(List.of("Empty"))))
                    .doesNotContain(expected);
        }
        if (version >= 5) {
            assertThat(list(version, new ListGroupsRequest().setTypesFilter(List.of("classic"))))
                    .contains(expected);
            assertThat(list(version, new ListGroupsRequest().setTypesFilter(List.of("consumer"))))
                    .isEmpty();
        }
        leave(5, group, memberId);
    }

    // DeleteGroups

    private DeletableGroupResult delete(int version, String group) throws IOException {
        DeleteGroupsResponse response = (DeleteGroupsResponse)
                client.ask(ApiKey.DELETE_GROUPS, version, new DeleteGroupsRequest().setGroupsNames(List.of(group)));
        assertThat(response.results()).hasSize(1);
        assertThat(response.results().get(0).groupId()).isEqualTo(group);
        return response.results().get(0);
    }

    void isDeleted(int version) throws IOException {
        String group = "deleted" + version;
        becomeStable(group);
        DeletableGroupResult refused = delete(version, group);
        assertThat(refused.errorCode()).isEqualTo(ErrorCode.NON_EMPTY_GROUP.code());
        leave(5, group, memberId);
        assertThat(delete(version, group).errorCode()).isZero();
        assertThat(delete(version, group).errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
    }
}
