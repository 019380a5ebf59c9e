package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** A question for committed offsets, in its place among the group's commits so that it sees those before it. */
final class FetchOperation extends Operation {

    private static final int OVERHEAD_BYTES = 200;
    private static final int TOPIC_BYTES = 64;

    /** An offset with as much metadata as Kafka's default allows. */
    static final int OFFSET_BYTES = 4 << 10;

    private final OffsetQuery query;
    private final FirstAnswer<FetchedOffsets> answer;
    /** Written before the operation goes back to the owner, which reads it. */
    private List<CommittedOffset> found = List.of();

    FetchOperation(int slot, long deadlineNanos, OffsetQuery query, Consumer<FetchedOffsets> answer) {
        super(OperationKind.FETCH, query.groupId(), slot, deadlineNanos);
        this.query = query;
        this.answer = new FirstAnswer<>(answer);
    }

    OffsetQuery query() {
        return query;
    }

    /** It keeps little while it waits, but the store has to find, and to tell, all of these. */
    @Override
    int statementWeight() {
        return Math.max(1, query.offsetsMax());
    }

    /** The query alone. */
    @Override
    long bytes() {
        return OVERHEAD_BYTES
                + (query.topicIds() == null
                        ? 0
                        : (long) TOPIC_BYTES * query.topicIds().size());
    }

    @Override
    long statementBytes() {
        return (long) OFFSET_BYTES * query.offsetsMax();
    }

    void found(List<CommittedOffset> offsets) {
        found = offsets;
    }

    @Override
    void committed(long nowNanos) {
        answer.accept(new FetchedOffsets(ErrorCode.NONE, found));
    }

    @Override
    void refuse(ErrorCode error) {
        answer.accept(FetchedOffsets.refused(error));
    }
}
