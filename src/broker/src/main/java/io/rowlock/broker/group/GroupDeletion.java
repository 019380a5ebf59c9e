package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;

/** A group that a client wants to be forgotten; the shard knows it no more. */
final class GroupDeletion extends Operation {

    private final Runnable notDone;
    private final Runnable doneLate;
    private final Consumer<ErrorCode> answer;
    private boolean answered;

    /**
     * @param notDone to be run where the group may still be there, before the answer
     * @param doneLate to be run where it turns out after that not to be there any more
     */
    GroupDeletion(
            String groupId,
            int slot,
            long deadlineNanos,
            Runnable notDone,
            Runnable doneLate,
            Consumer<ErrorCode> answer) {
        super(OperationKind.GROUP_DELETION, groupId, slot, deadlineNanos);
        this.notDone = notDone;
        this.doneLate = doneLate;
        this.answer = answer;
    }

    @Override
    void committed(long nowNanos) {
        if (answered) {
            doneLate.run();
        }
        answer(ErrorCode.NONE);
    }

    @Override
    void refuse(ErrorCode error) {
        if (!answered) {
            notDone.run();
        }
        answer(error);
    }

    private void answer(ErrorCode error) {
        if (!answered) {
            answered = true;
            answer.accept(error);
        }
    }
}
