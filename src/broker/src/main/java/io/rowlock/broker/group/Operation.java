package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;

/**
 * Something that a shard asks of the store in its turn. Confined to the shard's owner, but for what {@link OperationKind#send}
 * leaves with it.
 */
abstract class Operation {

    /** Of an operation that waits as long as it takes. */
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final OperationKind kind;
    private final String groupId;
    private final int slot;
    private final long deadlineNanos;
    private int doubts;

    Operation(OperationKind kind, String groupId, int slot, long deadlineNanos) {
        this.kind = kind;
        this.groupId = groupId;
        this.slot = slot;
        this.deadlineNanos = deadlineNanos;
    }

    final OperationKind kind() {
        return kind;
    }

    /** Operations of the same group reach the store in their order. */
    final String groupId() {
        return groupId;
    }

    final int slot() {
        return slot;
    }

    /** When whoever waits for it is told that it takes too long; {@link #NO_DEADLINE} if nobody is. */
    final long deadlineNanos() {
        return deadlineNanos;
    }

    final boolean isDue(long nowNanos) {
        return deadlineNanos != NO_DEADLINE && deadlineNanos - nowNanos <= 0;
    }

    /** Whether it must be asked again where the store failed, until it succeeds. */
    boolean mustSucceed() {
        return false;
    }

    /** It was sent, the store failed, and it waits again. */
    void again() {}

    /** It was sent, and nobody knows what became of it. */
    final void inDoubt() {
        doubts++;
    }

    /** How often it was. */
    final int doubts() {
        return doubts;
    }

    /** How much it counts for while it waits, in offsets. Always the same. */
    int weight() {
        return 1;
    }

    /** Roughly what it keeps in memory while it waits. Always the same. */
    long bytes() {
        return 0;
    }

    /** How much it would add to a statement that is sent now, in offsets. */
    int statementWeight() {
        return weight();
    }

    /** Roughly how many bytes it would add to a statement that is sent now, or to its answer. */
    long statementBytes() {
        return bytes();
    }

    /** The store has done it: its answers go out. */
    abstract void committed(long nowNanos);

    /** It will not be done, or its outcome is not known: whoever waits is told {@code error}. Again: does nothing. */
    abstract void refuse(ErrorCode error);

    /** What of {@code operations} is of type {@code type}, which all are. */
    static <T extends Operation> List<T> all(Class<T> type, List<Operation> operations) {
        return operations.stream().map(type::cast).toList();
    }
}
