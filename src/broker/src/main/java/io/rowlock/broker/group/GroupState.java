package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a group is at this moment, with the questions that every request asks of it. {@link Rebalance} leads it on. */
final class GroupState {

    /**
     * What the members of a group may cost, see {@link Member#bytes()}: it is written as one, and a group that takes the store
     * too long would keep its coordinator from all else.
     */
    static final long BYTES_MAX = 16L << 20;

    /** The most that may be assigned to them; it comes in one request. */
    static final long ASSIGNED_BYTES_MAX = 4L << 20;

    private final String groupId;
    private final Members members = new Members();
    private final PendingMembers pending = new PendingMembers();
    private GroupPhase phase;
    private int generation;
    private @Nullable String protocolType;
    private @Nullable String protocol;
    private @Nullable String leader;
    private @Nullable Set<String> subscribedTopics;

    GroupState(GroupSnapshot kept) {
        groupId = kept.groupId();
        phase = kept.phase();
        generation = kept.generation();
        protocolType = kept.protocolType();
        protocol = kept.protocol();
        leader = kept.leader();
        subscribedTopics = kept.subscribedTopics();
        kept.members().forEach(member -> members.add(new Member(member)));
    }

    GroupSnapshot snapshot() {
        List<MemberSnapshot> all = members.all().stream().map(Member::snapshot).toList();
        return new GroupSnapshot(groupId, phase, protocolType, generation, protocol, leader, subscribedTopics, all);
    }

    String groupId() {
        return groupId;
    }

    Members members() {
        return members;
    }

    PendingMembers pending() {
        return pending;
    }

    GroupPhase phase() {
        return phase;
    }

    /** Every phase must be kept before anybody hears of it. */
    void enter(Turn turn, GroupPhase next) {
        phase = next;
        turn.write();
    }

    int generation() {
        return generation;
    }

    @Nullable
    String protocolType() {
        return protocolType;
    }

    @Nullable
    String protocol() {
        return protocol;
    }

    @Nullable
    String leader() {
        return leader;
    }

    @Nullable
    Set<String> subscribedTopics() {
        return subscribedTopics;
    }

    boolean isLeader(Member member) {
        return member.id().equals(leader);
    }

    /** Whether a member of this kind fits in with the others. */
    boolean accepts(String type, List<JoinProtocol> protocols) {
        if (phase == GroupPhase.EMPTY) {
            return !type.isEmpty() && !protocols.isEmpty();
        }
        return type.equals(protocolType) && protocols.stream().anyMatch(own -> members.support(own.name()));
    }

    /** NONE if there is such a member; FENCED_INSTANCE_ID if its instance id belongs to another one by now. */
    ErrorCode check(String memberId, @Nullable String instanceId) {
        if (instanceId != null) {
            Member current = members.ofInstance(instanceId);
            if (current != null && !current.id().equals(memberId)) {
                return ErrorCode.FENCED_INSTANCE_ID;
            }
            if (current == null) {
                return ErrorCode.UNKNOWN_MEMBER_ID;
            }
        }
        return members.get(memberId) == null ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
    }

    /** As {@link #check(String, String)}; ILLEGAL_GENERATION for a member that is not where the group is. */
    ErrorCode check(MemberClaim claim) {
        ErrorCode error = check(claim.memberId(), claim.instanceId());
        return error == ErrorCode.NONE && claim.generation() != generation ? ErrorCode.ILLEGAL_GENERATION : error;
    }

    void add(Member member, String type) {
        if (members.isEmpty()) {
            protocolType = type;
        }
        if (leader == null) {
            leader = member.id();
        }
        members.add(member);
    }

    void remove(Turn turn, Member member) {
        members.remove(member);
        turn.write();
        if (isLeader(member)) {
            leader = members.all().stream().map(Member::id).findFirst().orElse(null);
        }
    }

    void replace(Turn turn, Member predecessor, Member successor) {
        boolean leads = isLeader(predecessor);
        members.replace(predecessor, successor);
        if (leads) {
            leader = successor.id();
        }
        turn.write();
    }

    /** Sees to it that a member leads that is part of the next generation, if there is one. */
    void electJoined() {
        Member current = leader == null ? null : members.get(leader);
        if (current == null || !current.isJoining()) {
            leader = members.all().stream()
                    .filter(Member::isJoining)
                    .map(Member::id)
                    .findFirst()
                    .orElse(null);
        }
    }

    void beginGeneration() {
        generation++;
        protocol = members.isEmpty() ? null : members.choose();
        readSubscriptions();
    }

    void readSubscriptions() {
        subscribedTopics = SubscribedTopics.of(protocolType, protocol, members);
    }

    /** What a member of this generation is told about it; the leader that is to assign also learns who belongs to it. */
    JoinAnswer generationFor(Member member) {
        boolean leads = isLeader(member);
        return new JoinAnswer(
                ErrorCode.NONE,
                member.id(),
                generation,
                protocolType,
                protocol,
                leader == null ? "" : leader,
                false,
                leads ? joined() : List.of());
    }

    List<JoinAnswer.Joined> joined() {
        String chosen = protocol;
        if (chosen == null) {
            throw new IllegalStateException("Group " + groupId + " has members but no protocol");
        }
        return members.all().stream()
                .map(member -> new JoinAnswer.Joined(member.id(), member.instanceId(), member.metadata(chosen)))
                .toList();
    }

    SyncAnswer assignmentFor(Member member) {
        return new SyncAnswer(ErrorCode.NONE, protocolType, protocol, member.assignment());
    }
}
