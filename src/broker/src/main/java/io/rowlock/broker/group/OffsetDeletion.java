package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** Committed offsets that a client wants to be forgotten. */
final class OffsetDeletion extends Operation {

    private final List<OffsetKey> offsets;
    private final Consumer<ErrorCode> answer;
    private boolean answered;

    OffsetDeletion(String groupId, int slot, long deadlineNanos, List<OffsetKey> offsets, Consumer<ErrorCode> answer) {
        super(OperationKind.OFFSET_DELETION, groupId, slot, deadlineNanos);
        this.offsets = offsets;
        this.answer = answer;
    }

    List<OffsetKey> offsets() {
        return offsets;
    }

    @Override
    int weight() {
        return offsets.size();
    }

    @Override
    void committed(long nowNanos) {
        answer(ErrorCode.NONE);
    }

    @Override
    void refuse(ErrorCode error) {
        answer(error);
    }

    private void answer(ErrorCode error) {
        if (!answered) {
            answered = true;
            answer.accept(error);
        }
    }
}
