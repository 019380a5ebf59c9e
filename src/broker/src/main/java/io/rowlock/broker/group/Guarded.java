package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Whatever one of several meets must not reach the others: a defect in an answer, or a store that throws. */
final class Guarded {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    private Guarded() {}

    static void send(List<Answer> answers, long nowNanos) {
        for (Answer answer : answers) {
            run(() -> answer.send(nowNanos));
        }
    }

    static void refuse(List<Answer> answers, ErrorCode error) {
        for (Answer answer : answers) {
            run(() -> answer.refuse(error));
        }
    }

    /** Runs {@code task}; what it throws goes to the log. */
    static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A request to a group could not be answered", e);
        }
    }

    /** Asks the store; where it throws, the stage fails. */
    static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> statement) {
        try {
            return statement.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
