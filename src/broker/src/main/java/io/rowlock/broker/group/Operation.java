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

    /** How much it adds to a statement, in offsets. */
    int weight() {
        return 1;
    }

    /** Roughly what it keeps in memory. */
    long bytes() {
        return 0;
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
