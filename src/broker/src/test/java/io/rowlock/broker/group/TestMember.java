package io.rowlock.broker.group;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.message.ConsumerProtocolSubscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client of a {@link GroupBench}: what it asks for and who it believes to be. */
final class TestMember {

    private final GroupBench bench;
    private final @Nullable String instanceId;
    private String memberId = "";
    private int generation = -1;
    private int sessionTimeoutMs = 10_000;
    private int rebalanceTimeoutMs = 60_000;
    private String protocolType = "consumer";
    private List<JoinProtocol> protocols = List.of(protocol("range"));
    private boolean knownMemberIdRequired;
    private boolean canSkipAssignment = true;

    TestMember(GroupBench bench) {
        this(bench, null);
    }

    TestMember(GroupBench bench, @Nullable String instanceId) {
        this.bench = bench;
        this.instanceId = instanceId;
    }

    static JoinProtocol protocol(String name) {
        return new JoinProtocol(name, subscription("orders"));
    }

    static Bytes subscription(String... topics) {
        return subscription((short) 3, topics);
    }

    static Bytes subscription(short version, String... topics) {
        MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        out.writeShort(version);
        new ConsumerProtocolSubscription().setTopics(Arrays.asList(topics)).write(out, version);
        byte[] bytes = ByteBufUtil.getBytes(out.buffer());
        out.release();
        return Bytes.of(bytes);
    }

    static Bytes share(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    TestMember sessionSeconds(int seconds) {
        sessionTimeoutMs = seconds * 1_000;
        return this;
    }

    TestMember rebalanceSeconds(int seconds) {
        rebalanceTimeoutMs = seconds * 1_000;
        return this;
    }

    TestMember protocolType(String type) {
        protocolType = type;
        return this;
    }

    TestMember protocols(String... names) {
        protocols = Arrays.stream(names).map(TestMember::protocol).toList();
        return this;
    }

    TestMember protocols(List<JoinProtocol> given) {
        protocols = given;
        return this;
    }

    TestMember topics(String... topics) {
        Function<JoinProtocol, JoinProtocol> change = old -> new JoinProtocol(old.name(), subscription(topics));
        protocols = protocols.stream().map(change).toList();
        return this;
    }

    /** As clients from JoinGroup version 4 on. */
    TestMember knownMemberIdRequired() {
        knownMemberIdRequired = true;
        return this;
    }

    /** As clients before JoinGroup version 9. */
    TestMember cannotSkipAssignment() {
        canSkipAssignment = false;
        return this;
    }

    TestMember as(String id) {
        memberId = id;
        return this;
    }

    String id() {
        return memberId;
    }

    int generation() {
        return generation;
    }

    MemberClaim claim() {
        return new MemberClaim(memberId, instanceId, generation);
    }

    JoinCommand command() {
        return new JoinCommand(
                memberId,
                instanceId,
                "client",
                "/127.0.0.1",
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                protocolType,
                protocols,
                null,
                knownMemberIdRequired,
                canSkipAssignment);
    }

    Reply<JoinAnswer> join() {
        return bench.join(command());
    }

    /** Takes over what it was told. */
    JoinAnswer take(Reply<JoinAnswer> reply) {
        JoinAnswer answer = reply.get();
        if (answer.error() != ErrorCode.NONE) {
            throw new AssertionError("Refused: " + answer);
        }
        memberId = answer.memberId();
        generation = answer.generation();
        return answer;
    }

    Reply<SyncAnswer> sync() {
        return bench.sync(claim(), Map.of());
    }

    /** As the leader: each of these gets a share that names it. */
    Reply<SyncAnswer> assign(TestMember... members) {
        Map<String, Bytes> shares =
                Arrays.stream(members).collect(Collectors.toMap(TestMember::id, member -> share(member.id())));
        return bench.sync(claim(), shares);
    }

    ErrorCode heartbeat() {
        return bench.heartbeat(claim());
    }

    /** A new group of these, stable, led by the first; all may be static or none. */
    static void stabilize(GroupBench bench, TestMember... members) {
        List<Reply<JoinAnswer>> joins =
                Arrays.stream(members).map(TestMember::join).toList();
        bench.elapse(GroupBench.INITIAL_DELAY.multipliedBy(2));
        settle(joins, members);
    }

    /** They have joined, the first leads, and is to assign. */
    static void settle(List<Reply<JoinAnswer>> joins, TestMember... members) {
        for (int i = 0; i < members.length; i++) {
            members[i].take(joins.get(i));
        }
        members[0].assign(members);
        for (TestMember member : members) {
            if (!member.sync().get().assignment().equals(share(member.id()))) {
                throw new AssertionError("Not settled");
            }
        }
    }

    /** All of them show that they live, for so long. */
    static void live(GroupBench bench, Duration duration, TestMember... members) {
        for (Duration left = duration; left.compareTo(Duration.ZERO) > 0; left = left.minusSeconds(1)) {
            bench.elapseSeconds(1);
            for (TestMember member : members) {
                member.heartbeat();
            }
        }
    }
}
