package io.rowlock.log.compaction;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the transactions of a stretch of log ended, from its batches in order. What began before the stretch counts as committed:
 * an earlier cleaning took what was aborted. Not thread-safe.
 */
public final class TransactionOutcomes {

    private static final short ABORT = 0;

    private record Aborted(long first, long marker) {}

    private final Map<Long, Long> open = new HashMap<>();
    private final Map<Long, List<Aborted>> aborted = new HashMap<>();

    /** A batch of records; only its header is needed. */
    public void data(RecordBatch batch) {
        if (batch.isTransactional()) {
            open.putIfAbsent(batch.producerId(), batch.baseOffset());
        }
    }

    /** A control batch with the key of its record: a version and a type (KIP-98); null where there is no record any more. */
    public void control(RecordBatch batch, @Nullable ByteBuf key) {
        Long first = open.remove(batch.producerId());
        boolean abort = key != null
                && key.readableBytes() >= 2 * Short.BYTES
                && key.getShort(key.readerIndex() + Short.BYTES) == ABORT;
        if (first != null && abort) {
            aborted.computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                    .add(new Aborted(first, batch.lastOffset()));
        }
    }

    /** Where the first transaction begins that has not ended, or {@link Long#MAX_VALUE}. */
    public long undecidedFrom() {
        return open.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }

    /** Whether a batch of records belongs to an aborted transaction. */
    public boolean isAborted(RecordBatch batch) {
        if (!batch.isTransactional() || batch.isControl()) {
            return false;
        }
        List<Aborted> ofProducer = aborted.getOrDefault(batch.producerId(), List.of());
        return ofProducer.stream()
                .anyMatch(each -> batch.baseOffset() >= each.first() && batch.lastOffset() <= each.marker());
    }
}
