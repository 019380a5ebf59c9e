package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.log.StageResult.Rejected;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.DiskFullException;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Appends to a log: gives batches their offsets and segments, and writes them together. Confined to the log's owner. */
final class LogAppender {

    private final LogEnvironment environment;
    private final Path directory;
    private final LogContents contents;
    private final ProducerState producers;
    private final SyncState sync;
    private final LogHealth health;
    private final StagedBatches staged;

    /** Segments that a write began and did not finish, because the disk was full. */
    private final List<ActiveSegment> unfinished = new ArrayList<>();

    private LogConfig config;
    private long segmentJitterMillis;

    LogAppender(
            LogEnvironment environment,
            Path directory,
            LogConfig config,
            LogContents contents,
            ProducerState producers,
            SyncState sync,
            LogHealth health) {
        this.environment = environment;
        this.directory = directory;
        this.config = config;
        this.contents = contents;
        this.producers = producers;
        this.sync = sync;
        this.health = health;
        this.staged = new StagedBatches(environment.disk(), directory);
        drawJitter();
    }

    LogConfig config() {
        return config;
    }

    void updateConfig(LogConfig newConfig) {
        if (!newConfig.equals(config)) {
            config = newConfig;
            drawJitter();
        }
    }

    boolean nothingStaged() {
        return staged.isEmpty();
    }

    void requireNothingStaged() {
        if (!staged.isEmpty()) {
            throw new IllegalStateException(directory + " has staged batches that are not written");
        }
    }

    /** As {@link PartitionLog#stage}. */
    StageResult stage(ByteBuf batchBytes, int leaderEpoch, AppendOrigin origin) {
        RecordBatch batch = new RecordBatch(batchBytes);
        if (batch.hasProducerId()) {
            StageResult answer = producers.check(batch, origin);
            if (answer != null) {
                return answer instanceof Duplicate duplicate ? withoutCreateTime(duplicate) : answer;
            }
        }
        if (batch.sizeInBytes() > config.segmentBytes()) {
            return new Rejected(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "a batch of " + batch.sizeInBytes() + " bytes exceeds the segment size of "
                            + config.segmentBytes());
        }
        long nextOffset = contents.nextOffset();
        if (batch.lastOffsetDelta() >= Long.MAX_VALUE - nextOffset) {
            return new Rejected(ErrorCode.UNKNOWN_SERVER_ERROR, "there are no offsets left after " + nextOffset);
        }
        long now = environment.clock().wallMillis();
        batch.setBaseOffset(nextOffset);
        batch.setPartitionLeaderEpoch(leaderEpoch);
        boolean appendTime = config.timestampType() == TimestampType.LOG_APPEND_TIME;
        batch.setTimestamp(config.timestampType(), appendTime ? now : createTime(batch));
        stageAssigned(batch, now);
        return new Staged(batch.baseOffset(), batch.lastOffset(), appendTime ? now : RecordBatch.NO_TIMESTAMP);
    }

    /** Some producers leave the header's largest timestamp out; the first record's is the least that it can be. */
    private static long createTime(RecordBatch batch) {
        return Math.max(batch.maxTimestamp(), batch.baseTimestamp());
    }

    private Duplicate withoutCreateTime(Duplicate duplicate) {
        return config.timestampType() == TimestampType.LOG_APPEND_TIME
                ? duplicate
                : new Duplicate(duplicate.baseOffset(), duplicate.lastOffset(), RecordBatch.NO_TIMESTAMP);
    }

    /** Stages batches with the offsets and epochs that they have. */
    void stageAssigned(ByteBuf batches) {
        long now = environment.clock().wallMillis();
        int end = batches.writerIndex();
        for (int at = batches.readerIndex(); at < end; ) {
            RecordBatch header = new RecordBatch(batches, at);
            int size = end - at < RecordBatch.HEADER_BYTES ? Integer.MAX_VALUE : header.sizeInBytes();
            if (size > end - at
                    || size < RecordBatch.HEADER_BYTES
                    || header.baseOffset() < contents.nextOffset()
                    || header.nextOffset() < header.baseOffset()) {
                throw new IllegalArgumentException(
                        "no whole batch from offset " + contents.nextOffset() + " on at byte " + at);
            }
            if (header.partitionLeaderEpoch() < contents.epochs().latest()) {
                // This replica led in an epoch without a record, and its successor goes on with an earlier one's.
                contents.changeEpochs(contents.epochs().truncateEnd(contents.nextOffset()));
            }
            stageAssigned(new RecordBatch(batches.slice(at, size)), now);
            at += size;
        }
    }

    private void stageAssigned(RecordBatch batch, long now) {
        LeaderEpochs epochs = contents.epochs();
        if (batch.partitionLeaderEpoch() < epochs.latest()) {
            throw new IllegalArgumentException("a batch of leader epoch " + batch.partitionLeaderEpoch()
                    + " must not follow one of " + epochs.latest());
        }
        if (contents.active().mustRollFor(batch, config, segmentJitterMillis, now)) {
            beginSegment(baseFor(batch));
        }
        staged.add(contents.active(), batch.buffer());
        contents.active().add(batch, config.indexIntervalBytes());
        producers.append(batch, now);
        if (batch.partitionLeaderEpoch() > epochs.latest()) {
            contents.changeEpochs(epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset()));
        }
        contents.continueAt(batch.nextOffset());
    }

    /**
     * Where the log ends, also if a compacted leader's batch comes later than that: segments that follow on each other without
     * a hole tell a start after a crash that nothing is missing at the end of one. Only a batch out of reach begins its own.
     */
    private long baseFor(RecordBatch batch) {
        long end = contents.nextOffset();
        return batch.lastOffset() - end > Integer.MAX_VALUE ? batch.baseOffset() : end;
    }

    private void beginSegment(long baseOffset) {
        contents.active().sealTimes();
        ActiveSegment next = new ActiveSegment(environment, directory, baseOffset);
        contents.continueIn(next);
        drawJitter();
        staged.beginSegment(next, producers.encode());
    }

    /** As {@link PartitionLog#roll()}. */
    void roll() throws IOException {
        requireNothingStaged();
        if (contents.active().size() > 0) {
            beginSegment(contents.nextOffset());
            write();
        }
    }

    /** As {@link PartitionLog#write()}. */
    void write() throws IOException {
        if (staged.isEmpty()) {
            return;
        }
        LogView before = contents.view();
        try {
            contents.publish(staged.write(before.closed(), before.active(), sync));
        } catch (DiskFullException e) {
            unfinished.addAll(staged.begun(before.active()));
            throw health.runOut("cannot write to " + directory, e);
        } catch (IOException | RuntimeException e) {
            // Whatever went wrong, the offsets are given out and the bytes may or may not be there.
            throw health.fail("cannot write to " + directory, e);
        } finally {
            staged.release();
        }
    }

    /** The segments that a write began and a full disk ended; to be removed. */
    List<ActiveSegment> takeUnfinished() {
        List<ActiveSegment> taken = List.copyOf(unfinished);
        unfinished.clear();
        return taken;
    }

    /** Gives up what is staged. */
    void release() {
        staged.release();
    }

    private void drawJitter() {
        long bound = Math.min(config.segmentJitterMillis(), config.segmentMillis());
        segmentJitterMillis = bound <= 0 ? 0 : (environment.random().nextLong() >>> 1) % bound;
    }
}
