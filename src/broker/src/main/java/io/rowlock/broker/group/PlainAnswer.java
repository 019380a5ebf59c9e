package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;
import java.util.function.Function;

/** An answer on which no member's timeouts depend. */
record PlainAnswer<A>(Consumer<A> waiter, A answer, boolean decidesNothing, Function<ErrorCode, A> refusal)
        implements Answer {

    static PlainAnswer<JoinAnswer> join(Consumer<JoinAnswer> waiter, JoinAnswer answer) {
        boolean turnedDown = answer.error() != ErrorCode.NONE;
        return new PlainAnswer<>(waiter, answer, turnedDown, error -> JoinAnswer.refused(error, answer.memberId()));
    }

    static PlainAnswer<SyncAnswer> sync(Consumer<SyncAnswer> waiter, SyncAnswer answer) {
        return new PlainAnswer<>(waiter, answer, answer.error() != ErrorCode.NONE, SyncAnswer::refused);
    }

    @Override
    public void send(long nowNanos) {
        waiter.accept(answer);
    }

    @Override
    public void refuse(ErrorCode error) {
        waiter.accept(refusal.apply(error));
    }
}
