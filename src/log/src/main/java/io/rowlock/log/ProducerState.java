package io.rowlock.log;

import io.rowlock.log.ProducerEntry.AppendedBatch;
import io.rowlock.log.compaction.ProducerTail;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a log remembers of idempotent producers, so that a repeated batch is answered and a gap refused (KIP-98, KIP-360).
 * Belongs to the partition's owner.
 */
final class ProducerState {

    private static final float LOAD_FACTOR = 0.75f;

    private final ProducerStateConfig config;

    /** In the order of the last append, so that the bound takes the one that wrote longest ago. */
    private final LinkedHashMap<Long, ProducerEntry> producers = new LinkedHashMap<>(4, LOAD_FACTOR, true);

    ProducerState(ProducerStateConfig config) {
        this.config = config;
    }

    /** Null if the batch may be appended; otherwise the duplicate or the refusal to answer with. */
    @Nullable
    StageResult check(RecordBatch batch, AppendOrigin origin) {
        ProducerEntry entry = producers.get(batch.producerId());
        if (entry == null) {
            // Forgotten or never seen: any sequence is taken, since retention may have removed what came before.
            return null;
        }
        short epoch = batch.producerEpoch();
        if (origin == AppendOrigin.CLIENT) {
            AppendedBatch known = entry.duplicateOf(epoch, batch.baseSequence(), batch.lastSequence());
            if (known != null) {
                return new StageResult.Duplicate(known.firstOffset(), known.lastOffset(), known.timestamp());
            }
        }
        if (epoch < entry.epoch()) {
            return new StageResult.Rejected(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "producer " + batch.producerId() + " has epoch " + entry.epoch() + ", the batch " + epoch);
        }
        return origin == AppendOrigin.CLIENT ? checkSequence(entry, batch) : null;
    }

    private static @Nullable StageResult checkSequence(ProducerEntry entry, RecordBatch batch) {
        int first = batch.baseSequence();
        boolean inOrder;
        if (batch.producerEpoch() != entry.epoch()) {
            inOrder = first == 0;
        } else {
            int last = entry.lastSequence();
            inOrder = first == last + 1L || (first == 0 && last == Integer.MAX_VALUE);
        }
        return inOrder
                ? null
                : new StageResult.Rejected(
                        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                        "producer " + batch.producerId() + " with epoch " + entry.epoch() + " is at sequence "
                                + entry.lastSequence() + ", the batch has epoch " + batch.producerEpoch()
                                + " and begins with " + first);
    }

    /** Takes in a batch whose offsets are assigned; {@code nowMillis} is when it was appended, as far as is known. */
    void append(RecordBatch batch, long nowMillis) {
        if (!batch.hasProducerId()) {
            return;
        }
        ProducerEntry entry =
                producers.computeIfAbsent(batch.producerId(), id -> new ProducerEntry(batch.producerEpoch()));
        entry.raiseEpoch(batch.producerEpoch());
        if (batch.isControl()) {
            entry.setTxnFirstOffset(-1);
            entry.setLastTimestamp(nowMillis);
        } else {
            entry.add(new AppendedBatch(batch.lastSequence(), batch.lastOffset(), batch.lastOffsetDelta(), nowMillis));
            if (batch.isTransactional() && entry.txnFirstOffset() < 0) {
                entry.setTxnFirstOffset(batch.baseOffset());
            }
        }
        if (producers.size() > config.maxProducers()) {
            Iterator<Map.Entry<Long, ProducerEntry>> eldest =
                    producers.entrySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** Forgets producers without an open transaction that were not heard of for the configured time. */
    void expire(long nowMillis) {
        producers
                .values()
                .removeIf(entry ->
                        entry.txnFirstOffset() < 0 && nowMillis - entry.lastTimestamp() > config.expirationMillis());
    }

    /** What must stay in the log of each producer, by id. */
    Map<Long, ProducerTail> tails() {
        Map<Long, ProducerTail> tails = new HashMap<>();
        producers.forEach((id, entry) -> {
            AppendedBatch last = entry.lastBatch();
            tails.put(id, new ProducerTail(last == null ? -1 : last.lastOffset(), entry.epoch()));
        });
        return tails;
    }

    /** Where the first open transaction begins, or {@link Long#MAX_VALUE}. */
    long firstOpenTransaction() {
        return producers.values().stream()
                .mapToLong(ProducerEntry::txnFirstOffset)
                .filter(offset -> offset >= 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    List<ActiveProducer> active() {
        return producers.entrySet().stream()
                .map(each -> {
                    ProducerEntry entry = each.getValue();
                    return new ActiveProducer(
                            each.getKey(),
                            entry.epoch(),
                            entry.lastSequence(),
                            entry.lastTimestamp(),
                            entry.coordinatorEpoch(),
                            entry.txnFirstOffset());
                })
                .toList();
    }

    int count() {
        return producers.size();
    }

    void clear() {
        producers.clear();
    }

    byte[] encode() {
        return ProducerSnapshot.encode(producers);
    }

    /** Starts from a snapshot instead of what was known. */
    void load(Map<Long, ProducerEntry> snapshot) {
        producers.clear();
        producers.putAll(snapshot);
    }
}
