package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
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
import io.rowlock.protocol.message.LeaveGroupResponse.MemberResponse;
import io.rowlock.protocol.message.ListGroupsRequest;
import io.rowlock.protocol.message.ListGroupsResponse;
import io.rowlock.protocol.message.ListGroupsResponse.ListedGroup;
import io.rowlock.protocol.message.SyncGroupRequest;
import io.rowlock.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import io.rowlock.protocol.message.SyncGroupResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups of one member, in every version of the APIs of members and of whoever looks after groups. */
final class GroupVersions {

    private static final byte[] METADATA = {0, 1, 2};
    private static final byte[] SHARE = {3, 4};

    private final OffsetVersions.Client client;

    /** @param client of a broker whose groups do not wait for more members */
    GroupVersions(OffsetVersions.Client client) {
        this.client = client;
    }

    /** A member, as far as requests name it. */
    record Member(String group, String id, @Nullable String instance, int generation) {}

    // JoinGroup

    private static JoinGroupRequest joining(String group, String memberId) {
        return new JoinGroupRequest()
                .setGroupId(group)
                .setMemberId(memberId)
                .setSessionTimeoutMs(30_000)
                .setProtocolType("consumer")
                .setProtocols(
                        List.of(new JoinGroupRequestProtocol().setName("range").setMetadata(METADATA)));
    }

    private JoinGroupResponse join(int version, JoinGroupRequest request) throws IOException {
        return (JoinGroupResponse) client.ask(ApiKey.JOIN_GROUP, version, request);
    }

    /** Joins a new group, with as many requests as that takes. */
    private JoinGroupResponse joinNew(int version, String group) throws IOException {
        JoinGroupResponse first = join(version, joining(group, ""));
        if (version < 4) {
            return first;
        }
        assertThat(first.errorCode()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED.code());
        return join(version, joining(group, first.memberId()));
    }

    private static String group(ApiKey api, int version) {
        return api + "-" + version;
    }

    void joins(int version) throws IOException {
        String group = group(ApiKey.JOIN_GROUP, version);
        JoinGroupResponse joined = joinNew(version, group);
        assertThat(joined.errorCode()).isZero();
        assertThat(joined.memberId()).startsWith("raw-").hasSize("raw-".length() + 36);
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        assertThat(joined.generationId()).isEqualTo(1);
        assertThat(joined.protocolName()).isEqualTo("range");
        assertThat(joined.protocolType()).isEqualTo(version < 7 ? null : "consumer");
        assertThat(joined.skipAssignment()).isFalse();
        assertThat(joined.members())
                .extracting(JoinGroupResponseMember::memberId)
                .containsExactly(joined.memberId());
        assertThat(joined.members().get(0).metadata()).isEqualTo(METADATA);

        JoinGroupResponse unknown = join(version, joining(group, "nobody"));
        assertRefused(version, unknown, ErrorCode.UNKNOWN_MEMBER_ID, "nobody");
        assertRefused(version, join(version, joining("no-" + group, "nobody")), ErrorCode.UNKNOWN_MEMBER_ID, "nobody");
        assertRefused(version, join(version, joining("", "")), ErrorCode.INVALID_GROUP_ID, "");
        assertRefused(version, join(version, joining("a\0b", "")), ErrorCode.INVALID_GROUP_ID, "");
        assertRefused(version, join(version, joining("g".repeat(30_000), "")), ErrorCode.INVALID_GROUP_ID, "");
        JoinGroupRequest hasty = joining(group, "x").setSessionTimeoutMs(5_999);
        assertRefused(version, join(version, hasty), ErrorCode.INVALID_SESSION_TIMEOUT, "x");
        JoinGroupRequest strange = joining(group, "").setProtocolType("connect");
        assertRefused(version, join(version, strange), ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "");
        JoinGroupRequest unkeepable = joining(group, "").setProtocolType("consumer\0");
        assertRefused(version, join(version, unkeepable), ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "");
        if (version >= 5) {
            joinsAsStatic(version, group + "-static");
        }
    }

    private void joinsAsStatic(int version, String group) throws IOException {
        Member before = stable(group, "instance");
        JoinGroupRequest again = joining(group, "").setGroupInstanceId("instance");
        JoinGroupResponse joined = join(version, again);
        assertThat(joined.errorCode()).isZero();
        assertThat(joined.generationId()).isEqualTo(before.generation());
        assertThat(joined.memberId()).startsWith("instance-").isNotEqualTo(before.id());
        assertThat(joined.skipAssignment()).isEqualTo(version >= 9);
        assertThat(joined.leader()).isEqualTo(version < 9 ? before.id() : joined.memberId());
        if (version >= 9) {
            assertThat(joined.members())
                    .extracting(JoinGroupResponseMember::groupInstanceId)
                    .containsExactly("instance");
        }
        JoinGroupRequest fenced = joining(group, before.id()).setGroupInstanceId("instance");
        assertRefused(version, join(version, fenced), ErrorCode.FENCED_INSTANCE_ID, before.id());
        for (String unkeepable : List.of("a\0b", "i".repeat(1_001))) {
            JoinGroupRequest request = joining(group, "").setGroupInstanceId(unkeepable);
            assertRefused(version, join(version, request), ErrorCode.INVALID_REQUEST, "");
        }
    }

    private static void assertRefused(int version, JoinGroupResponse response, ErrorCode error, String memberId) {
        assertThat(ErrorCode.forCode(response.errorCode())).isEqualTo(error);
        assertThat(response.memberId()).isEqualTo(memberId);
        assertThat(response.generationId()).isEqualTo(-1);
        assertThat(response.protocolName()).isEqualTo(version < 7 ? "" : null);
        assertThat(response.leader()).isEmpty();
        assertThat(response.members()).isEmpty();
    }

    // SyncGroup

    /** A new group with one member that has joined, and nothing more. */
    private Member joined(String group, @Nullable String instance) throws IOException {
        JoinGroupResponse response = instance == null
                ? joinNew(9, group)
                : join(9, joining(group, "").setGroupInstanceId(instance));
        assertThat(response.errorCode()).isZero();
        return new Member(group, response.memberId(), instance, response.generationId());
    }

    private Member stable(String group, @Nullable String instance) throws IOException {
        Member member = joined(group, instance);
        assertThat(sync(5, assigning(5, member)).errorCode()).isZero();
        return member;
    }

    private static SyncGroupRequest assigning(int version, Member member) {
        SyncGroupRequest request = new SyncGroupRequest()
                .setGroupId(member.group())
                .setMemberId(member.id())
                .setGenerationId(member.generation())
                .setAssignments(List.of(new SyncGroupRequestAssignment()
                        .setMemberId(member.id())
                        .setAssignment(SHARE)));
        return version < 5
                ? request
                : request.setProtocolType("consumer").setProtocolName("range").setGroupInstanceId(member.instance());
    }

    private SyncGroupResponse sync(int version, SyncGroupRequest request) throws IOException {
        return (SyncGroupResponse) client.ask(ApiKey.SYNC_GROUP, version, request);
    }

    void syncs(int version) throws IOException {
        Member member = joined(group(ApiKey.SYNC_GROUP, version), null);
        for (int i = 0; i < 2; i++) {
            SyncGroupResponse synced = sync(version, assigning(version, member));
            assertThat(synced.errorCode()).isZero();
            assertThat(synced.assignment()).isEqualTo(SHARE);
            assertThat(synced.protocolType()).isEqualTo(version < 5 ? null : "consumer");
            assertThat(synced.protocolName()).isEqualTo(version < 5 ? null : "range");
        }
        assertRefused(sync(version, assigning(version, member).setMemberId("x")), ErrorCode.UNKNOWN_MEMBER_ID);
        assertRefused(sync(version, assigning(version, member).setGenerationId(0)), ErrorCode.ILLEGAL_GENERATION);
        assertRefused(sync(version, assigning(version, member).setGroupId("none")), ErrorCode.UNKNOWN_MEMBER_ID);
        assertRefused(sync(version, assigning(version, member).setGroupId("")), ErrorCode.INVALID_GROUP_ID);
        if (version >= 3) {
            SyncGroupRequest asStatic = assigning(version, member).setGroupInstanceId("instance");
            assertRefused(sync(version, asStatic), ErrorCode.UNKNOWN_MEMBER_ID);
        }
        if (version >= 5) {
            SyncGroupRequest unnamed = assigning(version, member).setProtocolName(null);
            assertRefused(sync(version, unnamed), ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
            SyncGroupRequest other = assigning(version, member).setProtocolName("sticky");
            assertRefused(sync(version, other), ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        }
    }

    private static void assertRefused(SyncGroupResponse response, ErrorCode error) {
        assertThat(ErrorCode.forCode(response.errorCode())).isEqualTo(error);
        assertThat(response.assignment()).isEmpty();
        assertThat(response.protocolName()).isNull();
    }

    // Heartbeat

    private ErrorCode heartbeat(int version, HeartbeatRequest request) throws IOException {
        HeartbeatResponse response = (HeartbeatResponse) client.ask(ApiKey.HEARTBEAT, version, request);
        return ErrorCode.forCode(response.errorCode());
    }

    private static HeartbeatRequest beating(Member member) {
        return new HeartbeatRequest()
                .setGroupId(member.group())
                .setMemberId(member.id())
                .setGenerationId(member.generation());
    }

    void beats(int version) throws IOException {
        Member member = stable(group(ApiKey.HEARTBEAT, version), version < 3 ? null : "instance");
        HeartbeatRequest good = beating(member);
        good = version < 3 ? good : good.setGroupInstanceId("instance");
        assertThat(heartbeat(version, good)).isEqualTo(ErrorCode.NONE);
        assertThat(heartbeat(version, beating(member).setGenerationId(0))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(heartbeat(version, beating(member).setMemberId("x"))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(heartbeat(version, beating(member).setGroupId("none"))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(heartbeat(version, beating(member).setGroupId(""))).isEqualTo(ErrorCode.INVALID_GROUP_ID);
        if (version >= 3) {
            HeartbeatRequest fenced = beating(member).setMemberId("x").setGroupInstanceId("instance");
            assertThat(heartbeat(version, fenced)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        }
    }

    // LeaveGroup

    private LeaveGroupResponse leave(int version, LeaveGroupRequest request) throws IOException {
        return (LeaveGroupResponse) client.ask(ApiKey.LEAVE_GROUP, version, request);
    }

    void leaves(int version) throws IOException {
        Member member = stable(group(ApiKey.LEAVE_GROUP, version), null);
        if (version < 3) {
            LeaveGroupRequest request = new LeaveGroupRequest().setGroupId(member.group());
            assertThat(leave(version, request.setMemberId("x")).errorCode())
                    .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
            assertThat(leave(version, request.setMemberId(member.id())).errorCode())
                    .isZero();
            assertThat(leave(version, request.setGroupId("none")).errorCode())
                    .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
            assertThat(leave(version, request.setGroupId("")).errorCode()).isEqualTo(ErrorCode.INVALID_GROUP_ID.code());
            return;
        }
        MemberIdentity self = new MemberIdentity().setMemberId(member.id());
        LeaveGroupRequest request = new LeaveGroupRequest()
                .setGroupId(member.group())
                .setMembers(List.of(
                        version < 5 ? self : self.setReason("done"),
                        new MemberIdentity().setMemberId("").setGroupInstanceId("away")));
        LeaveGroupResponse left = leave(version, request);
        assertThat(left.errorCode()).isZero();
        assertThat(left.members()).extracting(MemberResponse::memberId).containsExactly(member.id(), "");
        assertThat(left.members()).extracting(MemberResponse::groupInstanceId).containsExactly(null, "away");
        assertThat(left.members())
                .extracting(MemberResponse::errorCode)
                .containsExactly(ErrorCode.NONE.code(), ErrorCode.UNKNOWN_MEMBER_ID.code());
        LeaveGroupResponse none = leave(version, request.setGroupId("none"));
        assertThat(none.errorCode()).isZero();
        assertThat(none.members())
                .extracting(MemberResponse::errorCode)
                .containsOnly(ErrorCode.UNKNOWN_MEMBER_ID.code());
        LeaveGroupResponse invalid = leave(version, request.setGroupId(""));
        assertThat(invalid.errorCode()).isEqualTo(ErrorCode.INVALID_GROUP_ID.code());
        assertThat(invalid.members()).isEmpty();
    }

    // DescribeGroups

    private List<DescribedGroup> describe(int version, boolean operations, String... groups) throws IOException {
        DescribeGroupsRequest request = new DescribeGroupsRequest().setGroups(List.of(groups));
        request = version < 3 ? request : request.setIncludeAuthorizedOperations(operations);
        return ((DescribeGroupsResponse) client.ask(ApiKey.DESCRIBE_GROUPS, version, request)).groups();
    }

    void describes(int version) throws IOException {
        Member member = stable(group(ApiKey.DESCRIBE_GROUPS, version), "instance");
        Member joining = joined(member.group() + "-joined", null);
        List<DescribedGroup> described = describe(version, true, "none", member.group(), joining.group());
        assertThat(described)
                .extracting(DescribedGroup::groupId)
                .containsExactly("none", member.group(), joining.group());
        assertIsUnknown(version, described.get(0));

        DescribedGroup group = described.get(1);
        assertThat(group.errorCode()).isZero();
        assertThat(group.errorMessage()).isNull();
        assertThat(group.groupState()).isEqualTo("Stable");
        assertThat(group.protocolType()).isEqualTo("consumer");
        assertThat(group.protocolData()).isEqualTo("range");
        // Read, delete, describe, describe and alter configs.
        int all = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
        assertThat(group.authorizedOperations()).isEqualTo(version < 3 ? Integer.MIN_VALUE : all);
        DescribedGroupMember only = group.members().get(0);
        assertThat(group.members()).hasSize(1);
        assertThat(only.memberId()).isEqualTo(member.id());
        assertThat(only.groupInstanceId()).isEqualTo(version < 4 ? null : "instance");
        assertThat(only.clientId()).isEqualTo("raw");
        assertThat(only.clientHost()).isEqualTo("/127.0.0.1");
        assertThat(only.memberMetadata()).isEqualTo(METADATA);
        assertThat(only.memberAssignment()).isEqualTo(SHARE);

        DescribedGroup unassigned = described.get(2);
        assertThat(unassigned.groupState()).isEqualTo("CompletingRebalance");
        assertThat(unassigned.protocolData()).isEmpty();
        assertThat(unassigned.members().get(0).memberMetadata()).isEmpty();
        assertThat(describe(version, false, member.group()).get(0).authorizedOperations())
                .isEqualTo(Integer.MIN_VALUE);
        assertThat(describe(version, false)).isEmpty();
    }

    private static void assertIsUnknown(int version, DescribedGroup group) {
        assertThat(group.groupState()).isEqualTo("Dead");
        assertThat(group.members()).isEmpty();
        if (version < 6) {
            assertThat(group.errorCode()).isZero();
        } else {
            assertThat(group.errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
            assertThat(group.errorMessage()).isEqualTo("Group none not found.");
        }
    }

    // ListGroups

    private List<ListedGroup> list(int version, List<String> states, List<String> types) throws IOException {
        ListGroupsRequest request = new ListGroupsRequest();
        request = version < 4 ? request : request.setStatesFilter(states);
        request = version < 5 ? request : request.setTypesFilter(types);
        ListGroupsResponse response = (ListGroupsResponse) client.ask(ApiKey.LIST_GROUPS, version, request);
        assertThat(response.errorCode()).isZero();
        return response.groups();
    }

    void lists(int version) throws IOException {
        Member member = stable(group(ApiKey.LIST_GROUPS, version), null);
        ListedGroup expected = new ListedGroup()
                .setGroupId(member.group())
                .setProtocolType("consumer")
                .setGroupState(version < 4 ? "" : "Stable")
                .setGroupType(version < 5 ? "" : "classic");
        assertThat(list(version, List.of(), List.of())).contains(expected);
        assertThat(list(version, List.of("Dead", "stable"), List.of("CLASSIC"))).contains(expected);
        if (version >= 4) {
            assertThat(list(version, List.of("Empty"), List.of())).doesNotContain(expected);
        }
        if (version >= 5) {
            assertThat(list(version, List.of(), List.of("consumer"))).isEmpty();
        }
    }

    // DeleteGroups

    void deletes(int version) throws IOException {
        Member member = stable(group(ApiKey.DELETE_GROUPS, version), null);
        List<DeletableGroupResult> refused = delete(version, member.group(), "none", "none", "a\0b");
        assertThat(refused).extracting(DeletableGroupResult::groupId).containsExactly(member.group(), "none", "a\0b");
        assertThat(refused)
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(ErrorCode.NON_EMPTY_GROUP, ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(refused.get(1).errorMessage()).isEqualTo(version < 3 ? null : "Group none not found.");
        LeaveGroupRequest leaving = new LeaveGroupRequest()
                .setGroupId(member.group())
                .setMembers(List.of(new MemberIdentity().setMemberId(member.id())));
        assertThat(leave(5, leaving).errorCode()).isZero();
        DeletableGroupResult deleted = delete(version, member.group()).get(0);
        assertThat(deleted.errorCode()).isZero();
        assertThat(deleted.errorMessage()).isNull();
        assertThat(describe(6, false, member.group()).get(0).errorCode())
                .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
    }

    private List<DeletableGroupResult> delete(int version, String... groups) throws IOException {
        ApiMessage request = new DeleteGroupsRequest().setGroupsNames(List.of(groups));
        return ((DeleteGroupsResponse) client.ask(ApiKey.DELETE_GROUPS, version, request)).results();
    }
}
