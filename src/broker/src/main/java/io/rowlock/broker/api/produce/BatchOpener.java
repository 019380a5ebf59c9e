package io.rowlock.broker.api.produce;

import io.netty.buffer.ByteBuf;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.Rewritten;
import io.rowlock.protocol.record.RecordsValidator;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Looks into produced batches on threads of its own, first come first served: opening one takes the processor for long, and a
 * batch written anew takes memory that its producer did not send. What is written anew counts against a bound until it is in
 * the log. Thread-safe.
 */
public final class BatchOpener {

    private static final System.Logger LOG = System.getLogger(BatchOpener.class.getName());

    /** What the records of one batch may take when decompressed. They are never held; this bounds the time they take. */
    private static final long PLAIN_BYTES_MAX = 256L << 20;

    private static final long WRITTEN_ANEW_BYTES_MAX = 64L << 20;

    /** A batch in line. */
    private record Work(RecordsValidator rules, ByteBuf records, Consumer<Opened> done) {
        /** The most that it may need. */
        int bytesMax() {
            return rules.maxBatchBytes();
        }
    }

    /**
     * What became of a batch.
     *
     * @param heldBytes what counts against the bound until {@link BatchOpener#giveBack}
     */
    record Opened(BatchValidation result, int heldBytes) {}

    private final Executor workers;
    private final Clock clock;
    private final ArrayDeque<Work> line = new ArrayDeque<>();
    private long reservedBytes;

    /** @param workers a bounded number of threads */
    public BatchOpener(Executor workers, Clock clock) {
        this.workers = workers;
        this.clock = clock;
    }

    /**
     * Has a batch looked into. Any thread.
     *
     * @param records whose header is valid; must stay until {@code done} is called
     * @param done called once, on a worker's thread
     */
    void open(RecordsValidator rules, ByteBuf records, Consumer<Opened> done) {
        synchronized (this) {
            line.add(new Work(rules, records, done));
            startReady();
        }
    }

    /** What was written anew is in the log, or given up. Any thread. */
    synchronized void giveBack(int heldBytes) {
        reservedBytes -= heldBytes;
        startReady();
    }

    /** A batch larger than the bound comes alone. Whoever holds bytes came earlier and waits for nobody in line. */
    private synchronized void startReady() {
        for (Work first = line.peek(); first != null && fits(first); first = line.peek()) {
            Work work = line.remove();
            reservedBytes += work.bytesMax();
            workers.execute(() -> run(work));
        }
    }

    private synchronized boolean fits(Work work) {
        return reservedBytes == 0 || reservedBytes + work.bytesMax() <= WRITTEN_ANEW_BYTES_MAX;
    }

    private void run(Work work) {
        BatchValidation result = result(work);
        int held = result instanceof Rewritten rewritten ? rewritten.batch().readableBytes() : 0;
        giveBack(work.bytesMax() - held);
        work.done().accept(new Opened(result, held));
    }

    private BatchValidation result(Work work) {
        try {
            return work.rules().open(work.records(), clock.wallMillis(), PLAIN_BYTES_MAX);
        } catch (RuntimeException | Error e) {
            // A codec's native library that does not load is an Error; the producer must hear of it all the same.
            LOG.log(System.Logger.Level.ERROR, "Cannot look into a produced batch", e);
            return new Invalid(ErrorCode.UNKNOWN_SERVER_ERROR, "the node cannot open the batch");
        }
    }
}
