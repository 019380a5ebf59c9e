package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;

/** A group that a client wants to be forgotten; the shard knows it no more. */
final class GroupDeletion extends Operation {

    /** What became of it is told before the answer is. */
    interface Outcome {

        /** The store has forgotten the group. Perhaps after one of the others was said, when the client waited no longer. */
        void done();

        /** The store was not asked and will not be. */
        void notDone();

        /** The group may still be there, and may not. */
        void inDoubt();
    }

    private final Outcome outcome;
    private final FirstAnswer<ErrorCode> answer;
    private boolean sent;

    GroupDeletion(String groupId, int slot, long deadlineNanos, Outcome outcome, Consumer<ErrorCode> answer) {
        super(OperationKind.GROUP_DELETION, groupId, slot, deadlineNanos);
        this.outcome = outcome;
        this.answer = new FirstAnswer<>(answer);
    }

    void sent() {
        sent = true;
    }

    @Override
    void committed(long nowNanos) {
        outcome.done();
        answer.accept(ErrorCode.NONE);
    }

    @Override
    void refuse(ErrorCode error) {
        if (!answer.isGiven() && sent) {
            outcome.inDoubt();
        } else if (!answer.isGiven()) {
            outcome.notDone();
        }
        answer.accept(error);
    }
}
