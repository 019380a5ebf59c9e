package io.rowlock.systemtest.differential;

import io.rowlock.systemtest.differential.Batches.Batch;
import io.rowlock.systemtest.differential.Batches.Damage;
import io.rowlock.systemtest.differential.Batches.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Record batches of producers with and without an id; knows which sequence number an idempotent one would send next. */
final class ProduceData {
    /** Past enough for every default limit, and the same in every run. */
    static final long TIME = 1_750_000_000_000L;

    private static final long FAR_FUTURE = 10_000_000_000_000L;
    /** All but those for which one broker appends what the other refuses: what comes after would differ, too. */
    private static final Damage[] DAMAGES = Arrays.stream(Damage.values())
            .filter(damage -> damage != Damage.TRAILING_BYTE && damage != Damage.MAGIC_3)
            .toArray(Damage[]::new);

    private final Chance chance;
    private final Map<String, Integer> nextSequence = new HashMap<>();
    private final Map<String, Batch> lastBatch = new HashMap<>();
    private int written;

    ProduceData(Chance chance) {
        this.chance = chance;
    }

    /** That a producer has a new id. */
    void renewed(String producer) {
        nextSequence.keySet().removeIf(key -> key.startsWith(producer));
        lastBatch.keySet().removeIf(key -> key.startsWith(producer));
    }

    /** What a partition of a topic is sent. */
    Object records(String topic, int partition) {
        List<Batch> batches = new ArrayList<>();
        int count = chance.oddly(() -> 1, 0, 2);
        for (int i = 0; i < count; i++) {
            batches.add(chance.in(2) ? plain() : idempotent(topic, partition));
        }
        return new Batches(batches);
    }

    private Batch plain() {
        return batch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE);
    }

    private Batch idempotent(String topic, int partition) {
        String producer = chance.of("p0", "p0", "p0", "p1");
        String key = producer + "/" + topic + "/" + partition;
        Batch last = lastBatch.get(key);
        if (last != null && chance.in(5)) {
            return last;
        }
        int next = nextSequence.getOrDefault(key, 0);
        Object id = new Ref(Ref.Kind.PRODUCER_ID, chance.in(30) ? "nobody" : producer);
        int sequence = chance.oddly(() -> next, next + 5, 0, -1, Integer.MAX_VALUE);
        int epoch = chance.oddly(() -> 0, 1, 32_767);
        Batch batch = batch(id, epoch, sequence);
        if (sequence == next && epoch == 0 && batch.damage() == Damage.NONE) {
            nextSequence.put(key, next + batch.items().size());
            lastBatch.put(key, batch);
        }
        return batch;
    }

    private Batch batch(Object producerId, int epoch, int sequence) {
        CompressionType compression = chance.in(3) ? chance.of(CompressionType.values()) : CompressionType.NONE;
        List<Item> items = new ArrayList<>();
        int count = chance.of(1, 1, 2, 3, 5);
        for (int i = 0; i < count; i++) {
            items.add(item());
        }
        Damage damage = chance.oddly(() -> Damage.NONE, DAMAGES);
        return new Batch(compression, producerId, epoch, sequence, false, items, damage);
    }

    private Item item() {
        long timestamp = chance.oddly(() -> TIME + chance.below(20), -1L, FAR_FUTURE, 0L);
        String key = chance.in(4) ? null : "k" + chance.below(3);
        String value = chance.in(10) ? null : "v" + written++ + (chance.in(8) ? "x".repeat(200) : "");
        return new Item(timestamp, key, value);
    }
}
