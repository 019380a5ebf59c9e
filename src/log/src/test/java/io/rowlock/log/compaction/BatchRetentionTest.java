package io.rowlock.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.compaction.BatchRetention.Fate;
import io.rowlock.protocol.record.BatchRewriter;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.RecordReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchRetentionTest {

    private static final long NOW = 5_000;
    private static final byte[] VALUE = {1};

    private final OffsetMap offsets = new OffsetMap(10_000, 0.9, new KeyHash(1, 2));
    private final TransactionOutcomes transactions = new TransactionOutcomes();

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static RecordBatchBuilder at(long offset) {
        return new RecordBatchBuilder(CompressionType.NONE).baseOffset(offset);
    }

    private static RecordBatch batch(RecordBatchBuilder builder) {
        return new RecordBatch(builder.build());
    }

    private static RecordBatch marker(long offset, long producer, int type) {
        byte[] key = {0, 0, 0, (byte) type};
        return batch(at(offset)
                .producer(producer, (short) 0, -1)
                .transactional()
                .control()
                .add(1, key, VALUE));
    }

    private static RecordBatch transactional(long offset, long producer) {
        return batch(at(offset)
                .producer(producer, (short) 0, (int) offset)
                .transactional()
                .add(1, bytes("k"), VALUE));
    }

    private static RecordBatch withHorizon(RecordBatch batch, long horizon) throws InvalidRecordsException {
        BatchRewriter rewriter = new BatchRewriter(batch);
        try (RecordReader reader = RecordReader.open(batch, 1000)) {
            while (reader.next()) {
                rewriter.keep(reader);
            }
        }
        return new RecordBatch(rewriter.build(horizon));
    }

    private BatchRetention retention(long mappedUntil) {
        return new BatchRetention(offsets, mappedUntil, transactions, Map.of(), NOW);
    }

    private static List<Long> kept(BatchRetention retention, RecordBatch batch) throws InvalidRecordsException {
        List<Long> kept = new ArrayList<>();
        try (RecordReader reader = RecordReader.open(batch, 1000)) {
            while (reader.next()) {
                if (retention.keeps(batch, reader)) {
                    kept.add(reader.offset());
                }
            }
        }
        return kept;
    }

    private void map(String key, long offset) {
        ByteBuf bytes = Unpooled.wrappedBuffer(key.getBytes(StandardCharsets.UTF_8));
        offsets.put(bytes, offset);
    }

    @Test
    void theLastOfEachKeyStaysAndWhatHasNoKeyGoes() throws InvalidRecordsException {
        RecordBatch batch = batch(at(10).add(1, bytes("a"), VALUE)
                .add(1, bytes("b"), VALUE)
                .add(1, bytes(null), VALUE)
                .add(1, bytes("c"), VALUE));
        map("a", 10);
        map("b", 12);
        assertThat(kept(retention(100), batch)).containsExactly(10L, 13L);
        assertThat(retention(11).decide(batch)).isEqualTo(Fate.FILTER);
        assertThat(retention(10).decide(batch))
                .as("from here on nothing is mapped")
                .isEqualTo(Fate.KEEP);
    }

    @Test
    void aTombstoneGoesWhenItsHorizonHasCome() throws InvalidRecordsException {
        RecordBatch batch = batch(at(10).add(1, bytes("a"), null));
        assertThat(kept(retention(100), batch)).as("no horizon yet").containsExactly(10L);
        assertThat(kept(retention(100), withHorizon(batch, NOW + 1))).containsExactly(10L);
        assertThat(kept(retention(100), withHorizon(batch, NOW))).isEmpty();
        map("a", 11);
        assertThat(kept(retention(100), batch)).as("not the last of its key").isEmpty();
    }

    @Test
    void whatWasAbortedGoesAndItsMarkerOnlyLater() throws InvalidRecordsException {
        RecordBatch aborted = transactional(10, 7);
        RecordBatch committed = transactional(11, 8);
        RecordBatch abort = marker(12, 7, 0);
        RecordBatch commit = marker(13, 8, 1);
        RecordBatch after = transactional(14, 7);
        List<RecordBatch> all = List.of(aborted, committed, abort, commit, after);
        feed(all);
        assertThat(transactions.undecidedFrom()).isEqualTo(14);
        BatchRetention first = retention(14);
        assertThat(all.stream().map(first::decide))
                .containsExactly(Fate.CLEAR, Fate.FILTER, Fate.KEEP, Fate.KEEP, Fate.KEEP);
        BatchRetention second = retention(14);
        assertThat(second.decide(abort)).as("nothing of it is left").isEqualTo(Fate.KEEP_WITH_HORIZON);
        assertThat(second.decide(withHorizon(commit, NOW + 1))).isEqualTo(Fate.KEEP);
        assertThat(second.decide(withHorizon(commit, NOW))).isEqualTo(Fate.CLEAR);
    }

    private void feed(List<RecordBatch> batches) throws InvalidRecordsException {
        for (RecordBatch batch : batches) {
            if (batch.isControl()) {
                try (RecordReader reader = RecordReader.open(batch, 1000)) {
                    reader.next();
                    transactions.control(batch, reader.key());
                }
            } else {
                transactions.data(batch);
            }
        }
    }

    @Test
    void theLastBatchOfAProducerStaysIfOnlyAsAnEmptyOne() {
        RecordBatch batch = batch(at(10).producer(7, (short) 1, 5).add(1, bytes("a"), VALUE));
        RecordBatch commit = marker(12, 8, 1);
        Map<Long, ProducerTail> tails =
                Map.of(7L, new ProducerTail(10, (short) 1), 8L, new ProducerTail(-1, (short) 0));
        BatchRetention retention = new BatchRetention(offsets, 100, transactions, tails, NOW);
        assertThat(retention.keepsEmpty(batch)).isTrue();
        assertThat(retention.keepsEmpty(commit)).isTrue();
        assertThat(retention.keepsEmpty(batch(at(9).producer(7, (short) 1, 4).add(1, bytes("a"), VALUE))))
                .isFalse();
        assertThat(retention(100).keepsEmpty(batch))
                .as("the producer is forgotten")
                .isFalse();
        assertThat(retention.decide(new RecordBatch(BatchRewriter.empty(batch))))
                .as("an empty one is looked at again")
                .isEqualTo(Fate.CLEAR);
    }
}
