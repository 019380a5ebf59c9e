package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client that does what Kafka's consumer does, over connections that lose answers: joins, syncs, shows that it lives, joins
 * again when told to. Its process may end without a word, and another one take its place.
 */
final class SimulatedMember {

    enum State {
        DOWN,
        UNJOINED,
        JOINING,
        SYNCING,
        STABLE
    }

    /** Which clients there are: those that join before they know their id, those that do not, and static ones. */
    enum Kind {
        OLD,
        USUAL,
        STATIC
    }

    private static final long AT_ONCE = Long.MIN_VALUE;
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    private final SimulatedCoordinator coordinator;
    private final AnswerRecord record;
    private final SimRandom random;
    private final Kind kind;
    private final @Nullable String instanceId;
    private final int sessionTimeoutMs;
    private final int rebalanceTimeoutMs;
    private State state = State.DOWN;
    private String memberId = "";
    private int generation = -1;
    private String topics = "a";
    private boolean told;
    private boolean quiet;
    private long actsAtNanos;
    /** The request that is under way; answers to others are of no interest. */
    private int request;

    private int restartsSeen;
    /** What it is to bring with its next request for an assignment, which it is about to send. */
    private Map<String, Bytes> shares = Map.of();

    private boolean syncs;
    private int open;
    private int openSince;

    SimulatedMember(SimulatedCoordinator coordinator, AnswerRecord record, SimRandom random, int number) {
        this.coordinator = coordinator;
        this.record = record;
        this.random = random;
        this.kind = Kind.values()[random.nextInt(Kind.values().length)];
        this.instanceId = kind == Kind.STATIC ? "instance" + number : null;
        this.sessionTimeoutMs = 8_000 + random.nextInt(20_000);
        this.rebalanceTimeoutMs = 10_000 + random.nextInt(50_000);
    }

    State state() {
        return state;
    }

    String memberId() {
        return memberId;
    }

    int generation() {
        return generation;
    }

    /** Answers are no longer lost. */
    void beQuiet() {
        quiet = true;
    }

    void start(long now) {
        state = State.UNJOINED;
        memberId = "";
        generation = -1;
        told = false;
        actsAtNanos = now;
    }

    void crash() {
        state = State.DOWN;
        request++;
    }

    void leave(long now) {
        if (!memberId.isEmpty() && kind != Kind.STATIC) {
            List<LeavingMember> leaving = List.of(new LeavingMember(memberId, null, null));
            Consumer<LeaveAnswer> answer = once();
            coordinator.meet((group, at) -> group.leave(leaving, at, answer), now);
        }
        crash();
    }

    /** It wants to consume something else. */
    void subscribe(long now) {
        topics += "b";
        if (state == State.STABLE) {
            state = State.UNJOINED;
            actsAtNanos = now;
        }
    }

    void act(long now) {
        if (restartsSeen != coordinator.restarts()) {
            restartsSeen = coordinator.restarts();
            connectionBreaks(now);
        }
        if (!quiet && isWaiting() && random.chance(15)) {
            rejoin(now);
        }
        if (state == State.DOWN || now < actsAtNanos) {
            return;
        }
        switch (state) {
            case UNJOINED -> join(now);
            case STABLE -> heartbeat(now);
            default -> rejoin(now);
        }
    }

    private boolean isWaiting() {
        return state == State.JOINING || state == State.SYNCING;
    }

    private void connectionBreaks(long now) {
        if (isWaiting()) {
            request++;
            actsAtNanos = Math.min(actsAtNanos, now + RECONNECT.toNanos());
        }
    }

    private void rejoin(long now) {
        request++;
        state = State.UNJOINED;
        actsAtNanos = now;
    }

    private void forgotten(ErrorCode error, long now) {
        assertThat(told)
                .as(
                        "%s was told that it belongs to generation %d, did what it should, and got %s",
                        this, generation, error)
                .isFalse();
        memberId = "";
        generation = -1;
        rejoin(now);
    }

    private void join(long now) {
        int mine = ++request;
        state = State.JOINING;
        actsAtNanos = now
                + REQUEST_TIMEOUT.plus(Duration.ofMillis(rebalanceTimeoutMs)).toNanos();
        List<JoinProtocol> protocols = List.of(
                new JoinProtocol("range", TestMember.subscription(topics)),
                new JoinProtocol("sticky", TestMember.subscription(topics)));
        JoinCommand command = new JoinCommand(
                memberId,
                instanceId,
                "client",
                "/127.0.0.1",
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                "consumer",
                protocols,
                null,
                kind != Kind.OLD,
                kind != Kind.OLD);
        Consumer<JoinAnswer> once = once();
        coordinator.meet(
                (group, at) -> group.join(command, at, answer -> {
                    once.accept(answer);
                    record.joined(answer);
                    if (arrives(mine)) {
                        joined(answer);
                    }
                }),
                now);
    }

    /** An answer to a request that is no longer of interest, or one that is lost on its way, does not arrive. */
    private boolean arrives(int asked) {
        if (asked != request) {
            return false;
        }
        if (quiet || !random.chance(50)) {
            return true;
        }
        request++;
        actsAtNanos = AT_ONCE;
        return false;
    }

    private void joined(JoinAnswer answer) {
        actsAtNanos = AT_ONCE;
        switch (answer.error()) {
            case NONE -> {
                memberId = answer.memberId();
                generation = answer.generation();
                told = true;
                state = State.SYNCING;
                request++;
                shares = shares(answer);
                syncs = true;
            }
            case MEMBER_ID_REQUIRED -> {
                memberId = answer.memberId();
                rejoin(AT_ONCE);
            }
            case REBALANCE_IN_PROGRESS -> rejoin(AT_ONCE);
            case UNKNOWN_MEMBER_ID -> forgotten(answer.error(), AT_ONCE);
            default -> throw new AssertionError("Not foreseen: " + answer);
        }
    }

    private static Map<String, Bytes> shares(JoinAnswer answer) {
        Map<String, Bytes> shares = new HashMap<>();
        if (!answer.skipAssignment()) {
            answer.members()
                    .forEach(member ->
                            shares.put(member.memberId(), AnswerRecord.share(answer.generation(), member.memberId())));
        }
        return shares;
    }

    /** A client sends its next request when it has read the answer, not within it. */
    void sync(long now) {
        if (!syncs || state != State.SYNCING) {
            syncs = false;
            return;
        }
        syncs = false;
        int mine = ++request;
        int syncing = generation;
        String self = memberId;
        actsAtNanos = now + REQUEST_TIMEOUT.toNanos();
        SyncCommand command =
                new SyncCommand(new MemberClaim(memberId, instanceId, generation), "consumer", null, shares);
        Consumer<SyncAnswer> once = once();
        coordinator.meet(
                (group, at) -> group.sync(command, at, answer -> {
                    once.accept(answer);
                    record.synced(answer, syncing, self);
                    if (arrives(mine)) {
                        synced(answer);
                    }
                }),
                now);
    }

    private void synced(SyncAnswer answer) {
        actsAtNanos = AT_ONCE;
        switch (answer.error()) {
            case NONE -> state = State.STABLE;
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> rejoin(AT_ONCE);
            case UNKNOWN_MEMBER_ID -> forgotten(answer.error(), AT_ONCE);
            default -> throw new AssertionError("Not foreseen: " + answer);
        }
    }

    private void heartbeat(long now) {
        actsAtNanos = now + HEARTBEAT_INTERVAL.toNanos();
        MemberClaim claim = new MemberClaim(memberId, instanceId, generation);
        coordinator.meetNow(
                (group, at) -> group.heartbeat(claim, at, error -> {
                    switch (error) {
                        case NONE -> {}
                        case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> rejoin(now);
                        case UNKNOWN_MEMBER_ID -> forgotten(error, now);
                        default -> throw new AssertionError("Not foreseen: " + error);
                    }
                }),
                now);
    }

    /** How many requests wait for an answer from the coordinator that runs. */
    int open() {
        return openSince == coordinator.restarts() ? open : 0;
    }

    private <A> Consumer<A> once() {
        if (openSince != coordinator.restarts()) {
            openSince = coordinator.restarts();
            open = 0;
        }
        int since = openSince;
        boolean[] answered = new boolean[1];
        open++;
        return answer -> {
            assertThat(answered[0]).as("answered once").isFalse();
            assertThat(since).as("asked the coordinator that answers").isEqualTo(coordinator.restarts());
            answered[0] = true;
            open--;
        };
    }

    @Override
    public String toString() {
        return kind + " member " + (instanceId == null ? memberId : instanceId + " as " + memberId);
    }
}
