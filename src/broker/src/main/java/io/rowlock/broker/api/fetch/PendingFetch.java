package io.rowlock.broker.api.fetch;

import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.Scheduler.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fetch under way: looks at what its client is interested in, again whenever something changes, until there is enough to
 * send or the time is up. Confined to the connection's event loop; only planning that may block moves to a reader thread,
 * and nothing else happens to the fetch meanwhile.
 */
final class PendingFetch {

    private static final System.Logger LOG = System.getLogger(PendingFetch.class.getName());

    private final RequestContext context;
    private final ConnectionFetches fetches;
    private final FetchInterest interest;
    private final FetchLimits limits;
    private final Partitions partitions;
    private final Executor readers;
    private final Consumer<FetchPlan> completion;
    private final AtomicBoolean lookQueued = new AtomicBoolean();
    private @Nullable Timer timer;
    private boolean timeIsUp;
    private boolean planning;
    private boolean done;

    /** @param completion gets the plan to send, once, on the event loop */
    PendingFetch(
            RequestContext context,
            ConnectionFetches fetches,
            FetchInterest interest,
            FetchLimits limits,
            Partitions partitions,
            Executor readers,
            Consumer<FetchPlan> completion) {
        this.context = context;
        this.fetches = fetches;
        this.interest = interest;
        this.limits = limits;
        this.partitions = partitions;
        this.readers = readers;
        this.completion = completion;
    }

    void start(Duration maxWait) {
        timeIsUp = maxWait.isZero() || maxWait.isNegative();
        look();
        if (!done) {
            fetches.began(this);
            timer = context.scheduler().schedule(maxWait, this::expire);
        }
    }

    private void expire() {
        timeIsUp = true;
        look();
    }

    /** Waits for nothing any more: something newer was asked. */
    void hasten() {
        expire();
    }

    /** Any thread: something changed. */
    private void wake() {
        if (lookQueued.compareAndSet(false, true)) {
            context.execute(this::look);
        }
    }

    private void look() {
        lookQueued.set(false);
        if (done || planning) {
            return;
        }
        interest.awaitChange(null);
        List<FetchTarget> targets = interest.pending();
        targets.forEach(target -> target.resolve(partitions));
        if (FetchPlan.needsDisk(targets, limits)) {
            planning = true;
            readers.execute(() -> planOnReader(targets));
        } else {
            decide(FetchPlan.of(targets, limits));
        }
    }

    private void planOnReader(List<FetchTarget> targets) {
        FetchPlan plan = FetchPlan.of(targets, limits);
        try {
            plan.warm();
        } catch (IOException e) {
            // Sending will meet the same error and end the connection; only its cause would be lost.
            LOG.log(System.Logger.Level.ERROR, "Cannot read records ahead: {0}", e.getMessage());
        }
        context.execute(() -> {
            planning = false;
            decide(plan);
        });
    }

    private void decide(FetchPlan plan) {
        if (done) {
            plan.release();
        } else if (timeIsUp || plan.satisfies(limits)) {
            finish(plan);
        } else {
            plan.answers().stream().filter(this::canWait).forEach(answer -> interest.settle(answer.target()));
            plan.release();
            interest.awaitChange(this::wake);
        }
    }

    /** A replica hears with the answer how far the others are, though nobody wakes for that alone. */
    private boolean canWait(FetchAnswer answer) {
        boolean untold = !answer.target().wasTold(answer.highWatermark(), answer.logStartOffset());
        return answer.isSettled() && !(limits.forReplica() && untold);
    }

    private void finish(FetchPlan plan) {
        end();
        fetches.ended(this);
        completion.accept(plan);
    }

    /** The connection is gone. */
    void cancel() {
        end();
        interest.forgetAll();
    }

    private void end() {
        done = true;
        interest.awaitChange(null);
        if (timer != null) {
            timer.cancel();
        }
    }
}
