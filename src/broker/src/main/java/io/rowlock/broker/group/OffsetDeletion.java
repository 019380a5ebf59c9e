package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** Committed offsets that a client wants to be forgotten. */
final class OffsetDeletion extends Operation {

    private final List<OffsetKey> offsets;
    private final FirstAnswer<ErrorCode> answer;

    OffsetDeletion(String groupId, int slot, long deadlineNanos, List<OffsetKey> offsets, Consumer<ErrorCode> answer) {
        super(OperationKind.OFFSET_DELETION, groupId, slot, deadlineNanos);
        this.offsets = offsets;
        this.answer = new FirstAnswer<>(answer);
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
        answer.accept(ErrorCode.NONE);
    }

    @Override
    void refuse(ErrorCode error) {
        answer.accept(error);
    }
}
