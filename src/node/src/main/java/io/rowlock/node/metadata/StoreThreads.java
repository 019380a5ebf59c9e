package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.MetadataUnavailableException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads that wait for the database so that nobody else has to. */
public final class StoreThreads implements AutoCloseable {

    private final ThreadPoolExecutor executor;
    private final int attempts;

    /**
     * @param queued how many transactions may wait for a thread before further ones are refused
     * @param attempts how often a transaction is tried: more often than there are connections that can be broken
     */
    public StoreThreads(String name, int threads, int queued, int attempts) {
        this.attempts = attempts;
        executor = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a transaction that is safe to repeat: again where the database rolled it back for another one's sake, or the
     * connection proved to be broken. Translates its failure.
     */
    public <T> CompletionStage<T> call(Callable<T> transaction) {
        return run(() -> callWithRetry(transaction, true));
    }

    /** Runs a transaction that, repeated after a lost answer, would answer otherwise: only what was rolled back is. */
    public <T> CompletionStage<T> callOnce(Callable<T> transaction) {
        return run(() -> callWithRetry(transaction, false));
    }

    private <T> CompletionStage<T> run(Callable<T> transaction) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(transaction.call());
                } catch (Throwable failure) {
                    answer.completeExceptionally(StoreFailures.translate(failure));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new MetadataUnavailableException("Too many questions wait for PostgreSQL already", e));
        }
        return answer;
    }

    private <T> T callWithRetry(Callable<T> transaction, boolean repeatable) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return transaction.call();
            } catch (Exception e) {
                boolean again = StoreFailures.isRolledBack(e) || (repeatable && StoreFailures.isBrokenConnection(e));
                if (attempt == attempts || !again) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
