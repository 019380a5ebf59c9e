package io.rowlock.broker.group;

import io.rowlock.broker.cluster.OutageReport;
import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How {@link SlotKeeper} reaches the store and time, always to come back on its owner; tells the log when the store fails. */
final class SlotLine {

    /** How a question ended; a failure, if there is no answer. */
    interface Outcome<T> {
        void of(@Nullable T answer, @Nullable Throwable failure);
    }

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** A failure so soon after a success says that the store does not work yet. */
    static final Duration RECENT = Backoff.MAX.multipliedBy(2);

    private final OwnerExecutor owner;
    private final Scheduler scheduler;
    private final OutageReport outage;
    /** Since the last outage ended. */
    private long failures;

    private volatile boolean closed;

    SlotLine(OwnerExecutor owner, Clock clock, Scheduler scheduler) {
        this.owner = owner;
        this.scheduler = scheduler;
        this.outage = new OutageReport(clock, LOG, "The store of groups and committed offsets");
    }

    <T> void ask(Supplier<CompletionStage<T>> question, Outcome<T> outcome) {
        Guarded.ask(question).whenComplete((answer, failure) -> {
            if (!closed) {
                owner.execute(() -> outcome.of(answer, failure));
            }
        });
    }

    /** Runs {@code task} on the owner, which may be gone once this is closed. Any thread. */
    void after(Duration delay, Runnable task) {
        scheduler.schedule(delay, () -> {
            if (!closed) {
                owner.execute(task);
            }
        });
    }

    void failed(@Nullable Throwable failure) {
        if (failure != null) {
            failures++;
            outage.failed(failure);
        }
    }

    /** That slots can be acquired does not say that the store takes what it did not take before: that shows soon. */
    void succeeded() {
        long known = failures;
        if (known > 0) {
            after(RECENT, () -> {
                if (failures == known) {
                    failures = 0;
                    outage.succeeded();
                }
            });
        }
    }

    /** Any thread. */
    void close() {
        closed = true;
    }

    /** Any thread. */
    boolean isClosed() {
        return closed;
    }
}
