package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.rowlock.log.LogModel.Batch;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;

/** Compares all that can be asked of a log with its model. */
final class LogChecks {

    private final PartitionLog log;
    private final LogModel model;
    private final SimRandom random;
    private final int epoch;
    private final int segmentBytes;

    LogChecks(PartitionLog log, LogModel model, SimRandom random, int epoch, int segmentBytes) {
        this.log = log;
        this.model = model;
        this.random = random;
        this.epoch = epoch;
        this.segmentBytes = segmentBytes;
    }

    void all() throws IOException {
        reads();
        content();
        epochs();
        timestamps();
        producers();
    }

    private void content() throws IOException {
        LogView view = log.view();
        long offset = view.logStartOffset();
        for (Batch batch : model.batches) {
            if (batch.header.lastOffset() < offset) {
                continue;
            }
            byte[] read = read(offset, view.logEndOffset(), 1);
            assertThat(read).isEqualTo(batch.bytes);
            offset = batch.header.nextOffset();
        }
        assertThat(offset).isEqualTo(Math.max(view.logStartOffset(), view.logEndOffset()));
    }

    /** Whether {@code damaged} is given out with a wrong checksum, or refused, and all else is as it was. */
    void onlyDamaged(Batch damaged) throws IOException {
        LogView view = log.view();
        for (Batch batch : model.batches) {
            long offset = Math.max(view.logStartOffset(), batch.header.baseOffset());
            if (offset <= batch.header.lastOffset()) {
                RecordBatch read = new RecordBatch(Unpooled.wrappedBuffer(read(offset, view.logEndOffset(), 1)));
                assertThat(read.baseOffset()).isEqualTo(batch.header.baseOffset());
                assertThat(read.hasValidCrc()).isEqualTo(batch != damaged);
            }
        }
    }

    void reads() throws IOException {
        LogView view = log.view();
        if (view.logEndOffset() == view.logStartOffset()) {
            return;
        }
        long span = view.logEndOffset() - view.logStartOffset();
        long from = view.logStartOffset() + random.nextInt((int) span);
        long upper = from + random.nextInt((int) (view.logEndOffset() - from) + 1);
        int maxBytes = random.nextInt(3 * segmentBytes);
        byte[] read = read(from, upper, maxBytes);
        int at = 0;
        for (Batch batch : model.batches) {
            if (batch.header.lastOffset() >= from && at < read.length) {
                assertThat(batch.header.lastOffset()).isLessThan(upper);
                byte[] part = Arrays.copyOfRange(read, at, at + batch.bytes.length);
                assertThat(part).isEqualTo(batch.bytes);
                at += batch.bytes.length;
            }
        }
        assertThat(at).isEqualTo(read.length);
        boolean firstFits = model.batches.stream()
                .anyMatch(b -> b.header.baseOffset() <= from
                        && b.header.lastOffset() >= from
                        && b.header.lastOffset() < upper);
        assertThat(read.length > 0).isEqualTo(firstFits);
    }

    private byte[] read(long from, long upper, int maxBytes) throws IOException {
        ReadResult result = log.read(log.view(), from, upper, maxBytes, true);
        FileRecords records = ((FetchSlice) result).records();
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.readInto(bytes);
        records.release();
        return bytes.array();
    }

    private void epochs() throws IOException {
        LogView view = log.view();
        NavigableMap<Integer, Long> starts = model.epochStarts();
        starts.forEach((batchEpoch, start) -> {
            assertThat(view.epochOf(start)).as("%s in %s", start, view.epochs()).isEqualTo(batchEpoch);
            Map.Entry<Integer, Long> higher = starts.higherEntry(batchEpoch);
            long end = higher == null ? view.logEndOffset() : higher.getValue();
            EpochEnd found = view.epochEndOffset(batchEpoch);
            assertThat(found.epoch()).isEqualTo(batchEpoch);
            assertThat(found.endOffset()).isEqualTo(end);
        });
    }

    private void timestamps() throws IOException {
        long timestamp = model.latestTimestamp() - random.nextInt(1000);
        LogView view = log.view();
        try {
            assertThat(log.offsetForTimestamp(view, timestamp, view.logEndOffset()))
                    .isEqualTo(model.firstAtOrAfter(timestamp));
        } catch (InvalidRecordsException e) {
            throw new AssertionError(e);
        }
    }

    private void producers() throws IOException {
        for (Deque<Batch> recent : model.recentOfProducers().values()) {
            for (Batch batch : recent) {
                if (batch.header.baseOffset() >= model.start) {
                    StageResult result = log.stage(Unpooled.copiedBuffer(batch.bytes), epoch, AppendOrigin.CLIENT);
                    assertThat(result)
                            .isEqualTo(new Duplicate(batch.header.baseOffset(), batch.header.lastOffset(), -1));
                }
            }
        }
    }
}
