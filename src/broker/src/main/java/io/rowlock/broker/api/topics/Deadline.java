package io.rowlock.broker.api.topics;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Gives something that may take long only so much time. */
public final class Deadline {

    private Deadline() {}

    /** Completes as {@code stage} does, or with {@code late} if that takes longer than {@code limit}. */
    public static <T> CompletionStage<T> limit(
            CompletionStage<T> stage, Scheduler scheduler, Duration limit, Supplier<T> late) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Scheduler.Timer timer = scheduler.schedule(limit, () -> result.complete(late.get()));
        stage.whenComplete((value, failure) -> {
            timer.cancel();
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                result.complete(value);
            }
        });
        return result;
    }

    /** Kafka's timeouts come as int; a negative one leaves no time. */
    public static Duration ofMillis(int timeoutMs) {
        return Duration.ofMillis(Math.max(0, timeoutMs));
    }
}
