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
final class StoreThreads implements AutoCloseable {

    private static final int ATTEMPTS = 3;

    private final ThreadPoolExecutor executor;

    /** @param queued how many transactions may wait for a thread before further ones are refused */
    StoreThreads(String name, int threads, int queued) {
        executor = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Runs a transaction, again where the database rolled it back for another one's sake; translates its failure. */
    <T> CompletionStage<T> call(Callable<T> transaction) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(callWithRetry(transaction));
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

    private static <T> T callWithRetry(Callable<T> transaction) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return transaction.call();
            } catch (Exception e) {
                if (attempt == ATTEMPTS || !StoreFailures.isRolledBack(e)) {
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
