package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The operations that are not kept yet, in order, and which of them can go together. Confined to the owner.
 *
 * <p>What was taken for a statement still counts until it is {@link #release released} or {@link #putBack put back}.
 */
final class WaitingOperations {

    /** How many operations are looked at for one statement. */
    private static final int SCANNED_MAX = 4096;

    /** An operation that was in doubt so often goes alone, so that whatever is wrong with it concerns no other. */
    private static final int DOUBTS_MAX = 2;

    private final OperationQueue.Limits limits;
    private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
    private int weight;
    private long bytes;

    WaitingOperations(OperationQueue.Limits limits) {
        this.limits = limits;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether {@code operation} may wait too; the only one always may. */
    boolean hasRoomFor(Operation operation) {
        return weight == 0
                || (weight + operation.weight() <= limits.waitingMax()
                        && bytes + operation.bytes() <= limits.waitingBytesMax());
    }

    void add(Operation operation) {
        weight += operation.weight();
        bytes += operation.bytes();
        waiting.add(operation);
    }

    /**
     * The first that may go, alone; nothing if there is none.
     *
     * @param leftAlone groups of which nothing may go
     */
    List<Operation> takeOne(Predicate<String> leftAlone) {
        List<Operation> passed = new ArrayList<>();
        Operation first = takeFirst(leftAlone, passed);
        putBack(passed);
        return first == null ? List.of() : List.of(first);
    }

    /**
     * The first that may go, and with it those of its kind that overtake only operations of other groups; nothing if there is
     * none.
     *
     * @param leftAlone groups of which nothing may go
     */
    List<Operation> takeRun(Predicate<String> leftAlone) {
        List<Operation> passed = new ArrayList<>();
        Operation first = takeFirst(leftAlone, passed);
        if (first == null || goesAlone(first)) {
            putBack(passed);
            return first == null ? List.of() : List.of(first);
        }
        List<Operation> run = new ArrayList<>();
        run.add(first);
        Set<String> passedGroups = new HashSet<>();
        int left = limits.statementMax() - first.statementWeight();
        long bytesLeft = limits.statementBytesMax() - first.statementBytes();
        for (Operation next = waiting.peek(); next != null; next = waiting.peek()) {
            int weight = next.statementWeight();
            long size = next.statementBytes();
            if (weight > left
                    || size > bytesLeft
                    || next.kind() == OperationKind.EXPIRY
                    || run.size() + passed.size() >= SCANNED_MAX) {
                break;
            }
            waiting.remove();
            if (next.kind() == first.kind()
                    && !goesAlone(next)
                    && !passedGroups.contains(next.groupId())
                    && !leftAlone.test(next.groupId())) {
                run.add(next);
                left -= weight;
                bytesLeft -= size;
            } else {
                passed.add(next);
                passedGroups.add(next.groupId());
            }
        }
        putBack(passed);
        return run;
    }

    private @Nullable Operation takeFirst(Predicate<String> leftAlone, List<Operation> passed) {
        for (Operation next = waiting.poll(); next != null; next = waiting.poll()) {
            if (!leftAlone.test(next.groupId())) {
                return next;
            }
            passed.add(next);
        }
        return null;
    }

    private static boolean goesAlone(Operation operation) {
        return operation.kind() == OperationKind.EXPIRY || operation.doubts() >= DOUBTS_MAX;
    }

    /** Has what concerns a group wait behind all else, in the same order. */
    void putLast(String groupId) {
        List<Operation> ofGroup = waiting.stream()
                .filter(operation -> operation.groupId().equals(groupId))
                .toList();
        waiting.removeAll(Set.copyOf(ofGroup));
        waiting.addAll(ofGroup);
    }

    /** To where they were. */
    void putBack(List<Operation> operations) {
        for (int i = operations.size() - 1; i >= 0; i--) {
            waiting.addFirst(operations.get(i));
        }
    }

    /** It is done, or given up. */
    void release(Operation operation) {
        weight -= operation.weight();
        bytes -= operation.bytes();
    }

    /** Gives up those that wait and that {@code which} picks; whoever waits for them is told {@code error}. */
    void refuse(Predicate<Operation> which, ErrorCode error) {
        List<Operation> refused = waiting.stream().filter(which).toList();
        if (refused.isEmpty()) {
            return;
        }
        waiting.removeIf(which);
        for (Operation operation : refused) {
            release(operation);
            Guarded.run(() -> operation.refuse(error));
        }
    }

    /** When time is up for the first of them, or {@link Operation#NO_DEADLINE}. */
    long nextDeadlineNanos() {
        long next = Operation.NO_DEADLINE;
        for (Operation operation : waiting) {
            next = Math.min(next, operation.deadlineNanos());
        }
        return next;
    }
}
