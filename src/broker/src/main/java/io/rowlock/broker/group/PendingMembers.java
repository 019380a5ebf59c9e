package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Those who were given a member id and have yet to join with it (KIP-394), so that a client that gives up leaves no member
 * behind. Each has its session timeout for that.
 */
final class PendingMembers {

    private final Map<String, Long> endsNanos = new HashMap<>();

    boolean isEmpty() {
        return endsNanos.isEmpty();
    }

    boolean contains(String memberId) {
        return endsNanos.containsKey(memberId);
    }

    /** Tells a client its member id. Its time begins again when it is told. */
    void invite(Turn turn, String memberId, int sessionTimeoutMs, Consumer<JoinAnswer> waiter) {
        long timeout = Duration.ofMillis(sessionTimeoutMs).toNanos();
        endsNanos.put(memberId, turn.nowNanos() + timeout);
        turn.due(turn.nowNanos() + timeout);
        Answer answer = PlainAnswer.join(waiter, JoinAnswer.refused(ErrorCode.MEMBER_ID_REQUIRED, memberId));
        turn.answer(new Answer() {
            @Override
            public void send(long nowNanos) {
                endsNanos.computeIfPresent(memberId, (id, ends) -> nowNanos + timeout);
                answer.send(nowNanos);
            }

            @Override
            public void refuse(ErrorCode error) {
                answer.refuse(error);
            }
        });
    }

    /** Returns whether it was there. */
    boolean remove(String memberId) {
        return endsNanos.remove(memberId) != null;
    }

    void expire(long nowNanos) {
        endsNanos.values().removeIf(ends -> ends <= nowNanos);
    }

    long nextDueNanos() {
        long earliest = Long.MAX_VALUE;
        for (long ends : endsNanos.values()) {
            earliest = Math.min(earliest, ends);
        }
        return earliest;
    }
}
