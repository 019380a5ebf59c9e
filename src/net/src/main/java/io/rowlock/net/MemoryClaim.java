package io.rowlock.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection's place in the line for memory; confined to its event loop. */
final class MemoryClaim {
    private final MemoryBudget budget;
    private final FrameReader reader;
    private final EventLoop loop;
    private final Consumer<Boolean> resumed;
    private MemoryBudget.@Nullable Claim pending;

    /** {@code resumed} hears that the reader has its memory, and whether that is an overdraft. */
    MemoryClaim(MemoryBudget budget, FrameReader reader, EventLoop loop, Consumer<Boolean> resumed) {
        this.budget = budget;
        this.reader = reader;
        this.loop = loop;
        this.resumed = resumed;
    }

    boolean waiting() {
        return pending != null;
    }

    /** Waits for what the reader needs. */
    void await() {
        MemoryBudget.Claim claim = new MemoryBudget.Claim(reader.claimBytes()) {
            @Override
            void granted(boolean overdrawn) {
                try {
                    loop.execute(() -> arrived(this, overdrawn));
                } catch (RejectedExecutionException loopIsGone) {
                    reader.giveBack(bytes, overdrawn);
                }
            }
        };
        pending = claim;
        budget.await(claim);
    }

    private void arrived(MemoryBudget.Claim claim, boolean overdrawn) {
        if (pending != claim) {
            reader.giveBack(claim.bytes, overdrawn);
            return;
        }
        pending = null;
        reader.granted(claim.bytes, overdrawn);
        resumed.accept(overdrawn);
    }

    /** Leaves the line; what was granted meanwhile is given back. */
    void cancel() {
        MemoryBudget.Claim claim = pending;
        pending = null;
        if (claim != null) {
            budget.cancel(claim);
        }
    }
}
