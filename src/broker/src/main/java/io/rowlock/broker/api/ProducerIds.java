package io.rowlock.broker.api;

import io.rowlock.broker.cluster.MetadataStore;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Gives out producer ids that nobody had before, from blocks that the metadata store reserves. Thread-safe. */
public final class ProducerIds {

    private static final int BLOCK_SIZE = 1000;

    /** Ids that this node may give out; {@code end} is exclusive. */
    private record Block(AtomicLong next, long end) {

        static final long NONE_LEFT = -1;

        long take() {
            long id = next.getAndIncrement();
            return id < end ? id : NONE_LEFT;
        }
    }

    private final MetadataStore store;
    private final AtomicReference<CompletableFuture<Block>> current =
            new AtomicReference<>(CompletableFuture.completedFuture(new Block(new AtomicLong(), 0)));

    public ProducerIds(MetadataStore store) {
        this.store = store;
    }

    /** The next id; fails as the store does when it cannot be reached. */
    public CompletionStage<Long> next() {
        CompletableFuture<Block> block = Objects.requireNonNull(current.get());
        if (block.isCompletedExceptionally()) {
            return afterRenewing(block);
        }
        return block.thenCompose(reserved -> {
            long id = reserved.take();
            return id == Block.NONE_LEFT ? afterRenewing(block) : CompletableFuture.completedFuture(id);
        });
    }

    private CompletionStage<Long> afterRenewing(CompletableFuture<Block> spent) {
        CompletableFuture<Block> fresh = new CompletableFuture<>();
        if (current.compareAndSet(spent, fresh)) {
            store.allocateProducerIds(BLOCK_SIZE).whenComplete((first, failure) -> {
                if (failure != null) {
                    fresh.completeExceptionally(failure);
                } else {
                    fresh.complete(new Block(new AtomicLong(first), first + BLOCK_SIZE));
                }
            });
            return fresh.thenCompose(reserved -> next());
        }
        return next();
    }
}
