package io.rowlock.broker.group;

import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.StatementTimedOutException;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a shard has to ask of the store, in order. One statement is under way; whatever comes meanwhile goes into the next ones,
 * those of one kind together. An operation overtakes only operations of other groups. Confined to the owner.
 */
final class OperationQueue {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** What a client is told where it should ask again, here, in a moment; it makes no client look for another coordinator. */
    static final ErrorCode TRY_AGAIN = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;

    /** How much may wait, and how much goes into one statement unless it is a single operation; offsets, and roughly bytes. */
    record Limits(int waitingMax, long waitingBytesMax, int statementMax, long statementBytesMax) {

        static final Limits DEFAULT = new Limits(200_000, 64L << 20, 5_000, 16L << 20);
    }

    /**
     * An operation that was in doubt so often goes behind those of other groups: the store answers, or it would not have been
     * asked again; so it may be this one that it cannot do in time.
     */
    private static final int DOUBTS_MAX = 3;

    /** What the queue needs of its shard; called on the owner. */
    interface Shard {

        /** The epoch under which a slot is held, or null. */
        @Nullable
        Long epoch(int slot);

        /** These slots turned out to be lost. Called before anything else is sent. */
        void lost(Set<Integer> slots);

        /** A statement failed; its outcome is not known. The queue sends nothing more until {@link #resume}. */
        void failed(Throwable failure);

        /** Nothing waits and nothing is under way. */
        void idle();
    }

    private final GroupStore store;
    private final OwnerExecutor owner;
    private final Scheduler scheduler;
    private final LongSupplier nowNanos;
    private final Shard shard;
    private final SlowGroups slow = new SlowGroups();

    private final WaitingOperations waiting;
    private List<Operation> sent = List.of();
    private long sentAtNanos;
    /** Runs while all that waits is left alone. */
    private Scheduler.@Nullable Timer nextTry;

    private boolean starting;
    private boolean paused;
    private @Nullable Runnable onPaused;
    /** How many operations go each in a statement of its own, to find the one that meets a defect. */
    private int alone;

    private long accepted;

    OperationQueue(GroupStore store, OwnerExecutor owner, GroupShard.Ports ports, Shard shard, Limits limits) {
        this.store = store;
        this.owner = owner;
        this.scheduler = ports.scheduler();
        this.nowNanos = ports.clock()::monotonicNanos;
        this.shard = shard;
        this.waiting = new WaitingOperations(limits);
    }

    // In

    /** Takes what a client asks for, unless too much waits already. */
    boolean offer(Operation operation) {
        boolean room = waiting.hasRoomFor(operation);
        if (room) {
            add(operation);
        }
        return room;
    }

    /** Takes what is bounded otherwise: by the number of groups, of which few may be there that are not kept. */
    void add(Operation operation) {
        accepted++;
        waiting.add(operation);
        startSoon();
    }

    /** How many operations were ever accepted. */
    long accepted() {
        return accepted;
    }

    boolean isIdle() {
        return waiting.isEmpty() && sent.isEmpty();
    }

    // Pauses

    /** Sends nothing more until {@link #resume}; runs {@code then} when nothing is under way. */
    void pause(Runnable then) {
        paused = true;
        onPaused = then;
        tellPaused();
    }

    void resume() {
        paused = false;
        startSoon();
    }

    private void tellPaused() {
        Runnable then = onPaused;
        if (then != null && sent.isEmpty()) {
            onPaused = null;
            then.run();
        }
    }

    // Out

    /** Once everything that is queued on the owner now is in, so that it goes together. */
    private void startSoon() {
        if (!starting && canSend()) {
            starting = true;
            owner.afterQueued(this::start);
        }
    }

    private boolean canSend() {
        return !paused && sent.isEmpty() && !waiting.isEmpty();
    }

    private void start() {
        starting = false;
        sendNext();
    }

    private void sendNext() {
        if (!canSend()) {
            return;
        }
        long now = nowNanos.getAsLong();
        Predicate<String> leftAlone = groupId -> slow.isLeftAlone(groupId, now);
        List<Operation> run = alone > 0 ? waiting.takeOne(leftAlone) : waiting.takeRun(leftAlone);
        alone = Math.max(0, alone - 1);
        if (!run.isEmpty()) {
            sentAtNanos = now;
            send(run);
        } else if (nextTry == null) {
            nextTry = scheduler.schedule(slow.nextTry(now), () -> owner.execute(this::tryAgain));
        }
    }

    private void tryAgain() {
        nextTry = null;
        startSoon();
    }

    private void send(List<Operation> run) {
        sent = run;
        Guarded.ask(() -> run.get(0).kind().send(store, held(run), run))
                .whenComplete((lost, failure) -> owner.execute(() -> done(run, lost, failure), Runnable::run));
    }

    private Map<Integer, Long> held(List<Operation> run) {
        Map<Integer, Long> held = new HashMap<>();
        for (Operation operation : run) {
            Long epoch = shard.epoch(operation.slot());
            if (epoch != null) {
                held.put(operation.slot(), epoch);
            }
        }
        return held;
    }

    private void done(List<Operation> run, @Nullable Set<Integer> lost, @Nullable Throwable failure) {
        sent = List.of();
        if (lost != null) {
            succeeded(run, lost);
        } else if (failure != null) {
            failed(run, failure);
        }
        tellPaused();
        if (isIdle()) {
            shard.idle();
        }
    }

    private void succeeded(List<Operation> run, Set<Integer> lost) {
        if (!lost.isEmpty()) {
            shard.lost(lost);
        }
        slow.storeWorks();
        // Before the answers, so that the store has something to do while they go out.
        sendNext();
        long now = nowNanos.getAsLong();
        for (Operation operation : run) {
            waiting.release(operation);
            Guarded.run(() -> {
                if (lost.contains(operation.slot())) {
                    operation.refuse(ErrorCode.NOT_COORDINATOR);
                } else {
                    operation.committed(now);
                }
            });
        }
    }

    private void failed(List<Operation> run, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StatementTimedOutException && tookTooLong(run, cause)) {
            startSoon();
            return;
        }
        paused = true;
        if (cause instanceof MetadataUnavailableException) {
            alone = 0;
            refuseOrRepeat(run, cause);
        } else if (run.size() > 1) {
            alone = run.size();
            again(run);
        } else {
            LOG.log(System.Logger.Level.ERROR, "The store of groups could not do what it was asked", cause);
            giveUp(run.get(0), ErrorCode.UNKNOWN_SERVER_ERROR);
        }
        shard.failed(cause);
    }

    /** Nothing was done. Returns false if no group is to blame. */
    private boolean tookTooLong(List<Operation> run, Throwable cause) {
        if (run.size() > 1) {
            alone = run.size();
            again(run);
            return true;
        }
        Operation only = run.get(0);
        long now = nowNanos.getAsLong();
        if (!slow.blame(only.groupId(), now - sentAtNanos, now)) {
            return false;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "What group {0} asks to be kept takes too long, or somebody has locked its rows: it is left alone for a"
                        + " while, and the others go on: {1}",
                only.groupId(),
                cause.getMessage());
        if (only.mustSucceed()) {
            again(run);
            waiting.putLast(only.groupId());
        } else {
            giveUp(only, TRY_AGAIN);
        }
        return true;
    }

    private void refuseOrRepeat(List<Operation> run, Throwable cause) {
        List<Operation> repeated = run.stream().filter(Operation::mustSucceed).toList();
        again(repeated);
        for (Operation operation : repeated) {
            operation.inDoubt();
            if (operation.doubts() >= DOUBTS_MAX) {
                putLast(operation, cause);
            }
        }
        for (Operation operation : run) {
            if (!operation.mustSucceed()) {
                giveUp(operation, TRY_AGAIN);
            }
        }
    }

    private void putLast(Operation operation, Throwable cause) {
        waiting.putLast(operation.groupId());
        boolean first = operation.doubts() == DOUBTS_MAX;
        LOG.log(
                first ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "Group {0} could not be kept {1} times in a row, although the store answers; others go first: {2}",
                operation.groupId(),
                operation.doubts(),
                cause.getMessage());
    }

    /** Unless their slots were lost while they were under way: then another node decides what becomes of these groups. */
    private void again(List<Operation> operations) {
        List<Operation> repeated = operations.stream()
                .filter(operation -> shard.epoch(operation.slot()) != null)
                .toList();
        repeated.forEach(Operation::again);
        waiting.putBack(repeated);
        for (Operation operation : operations) {
            if (shard.epoch(operation.slot()) == null) {
                giveUp(operation, ErrorCode.NOT_COORDINATOR);
            }
        }
    }

    private void giveUp(Operation operation, ErrorCode error) {
        waiting.release(operation);
        Guarded.run(() -> operation.refuse(error));
    }

    // What does not wait any longer

    /**
     * Tells those whose time is up; completes what is under way for nobody.
     *
     * @return when the next one's time is up, or {@link Operation#NO_DEADLINE}
     */
    long expire(long now) {
        waiting.refuse(operation -> operation.isDue(now), TRY_AGAIN);
        long next = waiting.nextDeadlineNanos();
        for (Operation operation : sent) {
            if (operation.isDue(now)) {
                Guarded.run(() -> operation.refuse(TRY_AGAIN));
            } else {
                next = Math.min(next, operation.deadlineNanos());
            }
        }
        return next;
    }

    /** Gives up {@code operation}, if it waits. */
    void refuse(Operation operation, ErrorCode error) {
        waiting.refuse(each -> each == operation, error);
    }

    /** Gives up what waits and concerns {@code slots}; what is under way is told by the store. */
    void refuseSlots(Set<Integer> slots, ErrorCode error) {
        waiting.refuse(operation -> slots.contains(operation.slot()), error);
    }

    /** Gives up everything that waits; whoever waits for what is under way is told too. */
    void refuseAll(ErrorCode error) {
        waiting.refuse(operation -> true, error);
        for (Operation operation : sent) {
            Guarded.run(() -> operation.refuse(error));
        }
    }
}
