package io.rowlock.broker.group;

import java.util.ArrayList;
import java.util.List;

/** Gathers what follows from one event while it is being decided. */
final class Turn {

    private final long nowNanos;
    private final List<Answer> answers = new ArrayList<>();
    private boolean write;
    private long earliestDueNanos = Long.MAX_VALUE;

    Turn(long nowNanos) {
        this.nowNanos = nowNanos;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** The group has changed in a way that must be kept. */
    void write() {
        write = true;
    }

    void answer(Answer answer) {
        answers.add(answer);
    }

    /** Something falls due then. */
    void due(long nanos) {
        earliestDueNanos = Math.min(earliestDueNanos, nanos);
    }

    long earliestDueNanos() {
        return earliestDueNanos;
    }

    Effects effects() {
        return !write && answers.isEmpty() ? Effects.NONE : new Effects(write, List.copyOf(answers));
    }
}
