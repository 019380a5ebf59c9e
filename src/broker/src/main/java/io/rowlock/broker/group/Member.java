package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One member: what it asked for, what it was given, whom it keeps waiting for an answer, and how long it may stay silent. */
final class Member {

    /**
     * How long a member may wait for its first generation. It does not know its id yet or was never told that it is a member,
     * so it cannot show that it lives; and a client that gave up may have come back as another member.
     */
    static final Duration FIRST_JOIN_TIMEOUT = Duration.ofMinutes(5);

    /** How long an answer may be held back before the member it belongs to counts as silent all the same. */
    static final Duration HOLD_TIMEOUT = Duration.ofMinutes(5);

    /** How many protocols a member may name: clients know a handful of assignors. */
    static final int PROTOCOLS_MAX = 100;

    /** The most that a member may say about itself for all of its protocols, their names included. */
    static final int SAYS_BYTES_MAX = 1 << 20;

    /** What a member costs the store, whatever it says, as so many bytes of what it says. */
    static final int BYTES = 512;

    /** What each of its protocols does. */
    static final int PROTOCOL_BYTES = 64;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final String id;
    private final @Nullable String instanceId;
    private final String clientId;
    private final String clientHost;
    private int sessionTimeoutMs;
    private int rebalanceTimeoutMs;
    private List<JoinProtocol> protocols;
    private Bytes assignment = Bytes.EMPTY;

    private @Nullable Consumer<JoinAnswer> joining;
    private @Nullable Consumer<SyncAnswer> syncing;
    private boolean isNew;
    private boolean owesSync;
    private int heldAnswers;
    private long heldSinceNanos;
    private long heardAtNanos = NEVER;
    private long sessionEndsNanos;

    Member(String id, JoinCommand command) {
        this.id = id;
        this.instanceId = command.instanceId();
        this.clientId = command.clientId();
        this.clientHost = command.clientHost();
        this.sessionTimeoutMs = command.sessionTimeoutMs();
        this.rebalanceTimeoutMs = command.rebalanceTimeoutMs();
        this.protocols = command.protocols();
    }

    Member(MemberSnapshot kept) {
        this.id = kept.memberId();
        this.instanceId = kept.instanceId();
        this.clientId = kept.clientId();
        this.clientHost = kept.clientHost();
        this.sessionTimeoutMs = kept.sessionTimeoutMs();
        this.rebalanceTimeoutMs = kept.rebalanceTimeoutMs();
        this.protocols = kept.protocols();
        this.assignment = kept.assignment();
    }

    MemberSnapshot snapshot() {
        return new MemberSnapshot(
                id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment);
    }

    String id() {
        return id;
    }

    @Nullable
    String instanceId() {
        return instanceId;
    }

    List<JoinProtocol> protocols() {
        return protocols;
    }

    /** Roughly what it costs to keep it, but for its assignment. */
    long bytes() {
        return bytes(protocols);
    }

    static long bytes(List<JoinProtocol> protocols) {
        return BYTES + (long) PROTOCOL_BYTES * protocols.size() + said(protocols);
    }

    /** Whether a member may say so much about itself. */
    static boolean maySay(List<JoinProtocol> protocols) {
        return protocols.size() <= PROTOCOLS_MAX && said(protocols) <= SAYS_BYTES_MAX;
    }

    private static long said(List<JoinProtocol> protocols) {
        long said = 0;
        for (JoinProtocol protocol : protocols) {
            said += protocol.name().length() + (long) protocol.metadata().length();
        }
        return said;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    Bytes assignment() {
        return assignment;
    }

    void assign(Bytes share) {
        assignment = share;
    }

    /** What it said about itself for this assignor, which it supports. */
    Bytes metadata(String protocol) {
        for (JoinProtocol own : protocols) {
            if (own.name().equals(protocol)) {
                return own.metadata();
            }
        }
        throw new IllegalStateException("Member " + id + " does not support " + protocol);
    }

    /** The first of its protocols that is a candidate. */
    String vote(Set<String> candidates) {
        for (JoinProtocol own : protocols) {
            if (candidates.contains(own.name())) {
                return own.name();
            }
        }
        throw new IllegalStateException("Member " + id + " supports none of " + candidates);
    }

    /** Takes over what the member says now. {@link Members} counts protocols, so it alone calls this. */
    void update(JoinCommand command) {
        sessionTimeoutMs = command.sessionTimeoutMs();
        rebalanceTimeoutMs = command.rebalanceTimeoutMs();
        protocols = command.protocols();
    }

    /** Takes the place of the member that had this instance id before. */
    void succeed(Member predecessor) {
        assignment = predecessor.assignment;
        owesSync = predecessor.owesSync;
    }

    boolean isJoining() {
        return joining != null;
    }

    boolean isSyncing() {
        return syncing != null;
    }

    /** Whoever waited before for the same is told to try again. {@link Members} counts who waits, so it alone calls this. */
    void waitForJoin(Turn turn, Consumer<JoinAnswer> waiter) {
        Consumer<JoinAnswer> older = joining;
        joining = waiter;
        if (older != null) {
            turn.answer(PlainAnswer.join(older, JoinAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS, id)));
        }
    }

    /** Answers a join that waits, if there is one. {@link Members} counts who waits, so it alone calls this. */
    void answerJoin(Turn turn, JoinAnswer answer) {
        Consumer<JoinAnswer> waiter = joining;
        if (waiter != null) {
            joining = null;
            tell(turn, PlainAnswer.join(waiter, answer));
        }
    }

    /** Whoever waited before for the same is told to join again. */
    void waitForSync(Turn turn, Consumer<SyncAnswer> waiter) {
        answerSync(turn, SyncAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS));
        syncing = waiter;
    }

    /** Answers a sync that waits, if there is one. */
    void answerSync(Turn turn, SyncAnswer answer) {
        Consumer<SyncAnswer> waiter = syncing;
        if (waiter != null) {
            syncing = null;
            tell(turn, PlainAnswer.sync(waiter, answer));
        }
    }

    /** Has the member told something at last; until it is, it cannot be expected to act. */
    void tell(Turn turn, Answer answer) {
        if (heldAnswers++ == 0) {
            heldSinceNanos = turn.nowNanos();
        }
        turn.answer(new Answer() {
            @Override
            public void send(long nowNanos) {
                heldAnswers--;
                heardAtNanos = nowNanos;
                beginSession(nowNanos, Duration.ofMillis(sessionTimeoutMs));
                answer.send(nowNanos);
            }

            @Override
            public void refuse(ErrorCode error) {
                heldAnswers--;
                answer.refuse(error);
            }
        });
    }

    /** Waits for its first generation from now on. */
    void beginFirstJoin(Turn turn) {
        isNew = true;
        beginSession(turn.nowNanos(), FIRST_JOIN_TIMEOUT);
        turn.due(sessionEndsNanos);
    }

    /** Belongs to a generation now. */
    void beginGeneration() {
        isNew = false;
        owesSync = true;
    }

    /** Whether it has never belonged to a generation. */
    boolean isNew() {
        return isNew;
    }

    /** Has shown that it lives. */
    void beginSession(Turn turn) {
        beginSession(turn.nowNanos(), Duration.ofMillis(sessionTimeoutMs));
        turn.due(sessionEndsNanos);
    }

    private void beginSession(long nowNanos, Duration timeout) {
        sessionEndsNanos = nowNanos + timeout.toNanos();
    }

    long sessionEndsNanos() {
        return sessionEndsNanos;
    }

    /** Whether it need not show that it lives: a request of its own waits, or it has not been told yet how things stand. */
    boolean isExcused(long nowNanos) {
        return !isNew && (isJoining() || isSyncing() || isHeldBack(nowNanos));
    }

    /** Until when it may take to act on what it was told last. */
    long actsUntilNanos(long nowNanos) {
        long knows = isHeldBack(nowNanos) ? nowNanos : heardAtNanos;
        return knows + Duration.ofMillis(rebalanceTimeoutMs).toNanos();
    }

    private boolean isHeldBack(long nowNanos) {
        return heldAnswers > 0 && nowNanos - heldSinceNanos < HOLD_TIMEOUT.toNanos();
    }

    /** Whether it has yet to ask for its assignment in this generation. */
    boolean owesSync() {
        return owesSync;
    }

    void setOwesSync(boolean owes) {
        owesSync = owes;
    }
}
