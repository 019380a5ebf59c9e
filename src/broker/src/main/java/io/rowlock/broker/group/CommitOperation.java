package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** Offsets that a client wants to be kept. */
final class CommitOperation extends Operation {

    /** An offset without its metadata: its objects, roughly. */
    static final int OFFSET_BYTES = 120;

    private final List<OffsetCommit> offsets;
    private final Runnable kept;
    private final FirstAnswer<ErrorCode> answer;
    private final long bytes;

    /**
     * @param offsets all of {@code groupId}
     * @param kept to be run when they are kept, before the answer
     */
    CommitOperation(
            String groupId,
            int slot,
            long deadlineNanos,
            List<OffsetCommit> offsets,
            Runnable kept,
            Consumer<ErrorCode> answer) {
        super(OperationKind.COMMIT, groupId, slot, deadlineNanos);
        this.offsets = offsets;
        this.kept = kept;
        this.answer = new FirstAnswer<>(answer);
        long size = 0;
        for (OffsetCommit offset : offsets) {
            size += OFFSET_BYTES + offset.metadata().length();
        }
        this.bytes = size;
    }

    List<OffsetCommit> offsets() {
        return offsets;
    }

    @Override
    int weight() {
        return offsets.size();
    }

    @Override
    long bytes() {
        return bytes;
    }

    @Override
    void committed(long nowNanos) {
        kept.run();
        answer.accept(ErrorCode.NONE);
    }

    @Override
    void refuse(ErrorCode error) {
        answer.accept(error);
    }
}
