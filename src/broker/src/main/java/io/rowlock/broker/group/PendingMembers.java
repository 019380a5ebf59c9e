package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Those who were given a member id and have yet to join with it (KIP-394), so that a client that gives up leaves no member
 * behind. Each has its session timeout for that.
 */
final class PendingMembers {

    /** Of one group; they cost a client nothing but a request each. */
    static final int SIZE_MAX = 10_000;

    private record Invited(String memberId, long endsNanos) {}

    private final Map<String, Invited> byId = new HashMap<>();
    private final TreeSet<Invited> byEnd =
            new TreeSet<>(Comparator.comparingLong(Invited::endsNanos).thenComparing(Invited::memberId));

    boolean isEmpty() {
        return byId.isEmpty();
    }

    int size() {
        return byId.size();
    }

    boolean contains(String memberId) {
        return byId.containsKey(memberId);
    }

    /** Tells a client its member id. Its time begins again when it is told. */
    void invite(Turn turn, String memberId, int sessionTimeoutMs, Consumer<JoinAnswer> waiter) {
        long timeout = Duration.ofMillis(sessionTimeoutMs).toNanos();
        put(memberId, turn.nowNanos() + timeout);
        turn.due(turn.nowNanos() + timeout);
        Answer answer = PlainAnswer.join(waiter, JoinAnswer.refused(ErrorCode.MEMBER_ID_REQUIRED, memberId));
        turn.answer(new Answer() {
            @Override
            public void send(long nowNanos) {
                if (remove(memberId)) {
                    put(memberId, nowNanos + timeout);
                }
                answer.send(nowNanos);
            }

            @Override
            public void refuse(ErrorCode error) {
                answer.refuse(error);
            }
        });
    }

    private void put(String memberId, long endsNanos) {
        Invited invited = new Invited(memberId, endsNanos);
        byId.put(memberId, invited);
        byEnd.add(invited);
    }

    /** Returns whether it was there. */
    boolean remove(String memberId) {
        Invited invited = byId.remove(memberId);
        return invited != null && byEnd.remove(invited);
    }

    void expire(long nowNanos) {
        while (nextDueNanos() <= nowNanos) {
            remove(byEnd.first().memberId());
        }
    }

    /** When the first one's time is up, or {@link Long#MAX_VALUE}. */
    long nextDueNanos() {
        return byEnd.isEmpty() ? Long.MAX_VALUE : byEnd.first().endsNanos();
    }
}
