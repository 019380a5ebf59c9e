package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.ReadResult;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.ReadResult.OffsetOutOfRange;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch would send right now, within its limits. Planning looks offsets up and takes references on files; it moves
 * no record. Where {@link #needsDisk} says so it may block, and belongs on a reader thread.
 */
final class FetchPlan {

    private static final System.Logger LOG = System.getLogger(FetchPlan.class.getName());

    private final List<FetchAnswer> answers = new ArrayList<>();
    private long bytes;
    private boolean urgent;

    private FetchPlan() {}

    /** Whether planning for these targets may have to read what is no longer in memory. */
    static boolean needsDisk(List<FetchTarget> targets) {
        for (FetchTarget target : targets) {
            Partition partition = target.partition();
            if (partition != null) {
                PartitionView view = partition.view();
                LogSnapshot log = view.snapshot();
                if (log != null && target.fetchOffset() < view.highWatermark() && !log.isHot(target.fetchOffset())) {
                    return true;
                }
            }
        }
        return false;
    }

    static FetchPlan of(List<FetchTarget> targets, FetchLimits limits) {
        FetchPlan plan = new FetchPlan();
        for (FetchTarget target : targets) {
            if (plan.bytes >= limits.maxBytes() && plan.bytes > 0) {
                break;
            }
            plan.add(answer(target, limits, plan.bytes));
        }
        return plan;
    }

    private void add(FetchAnswer answer) {
        answers.add(answer);
        bytes += answer.bytes();
        urgent |= answer.isUrgent();
    }

    /** What to tell about a partition for which there is no room. */
    static FetchAnswer withoutRecords(FetchTarget target) {
        return answer(target, new FetchLimits(0, 0, false), 1);
    }

    private static FetchAnswer answer(FetchTarget target, FetchLimits limits, long taken) {
        Partition partition = target.partition();
        if (partition == null) {
            return FetchAnswer.failed(target, target.unresolved());
        }
        PartitionView view = partition.view();
        ErrorCode error = view.checkLeader(target.currentLeaderEpoch());
        if (error != ErrorCode.NONE) {
            return FetchAnswer.failed(target, error);
        }
        LogSnapshot log = view.leaderLog();
        EpochEnd diverging = null;
        if (target.lastFetchedEpoch() >= 0) {
            EpochEnd end = log.epochEnd(target.lastFetchedEpoch());
            if (end.epoch() < 0) {
                return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
            }
            boolean diverges = end.epoch() < target.lastFetchedEpoch() || end.endOffset() < target.fetchOffset();
            diverging = diverges ? end : null;
        }
        if (diverging == null && (target.fetchOffset() < log.startOffset() || target.fetchOffset() > log.endOffset())) {
            return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
        }
        try {
            long upperBound = limits.readCommitted() ? view.lastStableOffset() : view.highWatermark();
            boolean readable = diverging == null && target.fetchOffset() < upperBound;
            ReadResult found = readable ? read(target, upperBound, log, limits, taken) : null;
            if (found instanceof OffsetOutOfRange) {
                return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
            }
            FetchSlice slice = (FetchSlice) found;
            boolean empty = slice == null || slice.records().sizeInBytes() == 0;
            return new FetchAnswer(
                    target,
                    ErrorCode.NONE,
                    view.highWatermark(),
                    view.lastStableOffset(),
                    log.startOffset(),
                    diverging,
                    slice,
                    readable && empty);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "Cannot read partition {0}: {1}", partition, e.getMessage());
            return FetchAnswer.failed(target, ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    private static @Nullable ReadResult read(
            FetchTarget target, long upperBound, LogSnapshot log, FetchLimits limits, long taken) throws IOException {
        int room = (int) Math.min(target.maxBytes(), Math.max(0, limits.maxBytes() - taken));
        if (room <= 0 && taken > 0) {
            return null;
        }
        return log.read(target.fetchOffset(), upperBound, Math.max(0, room), taken == 0);
    }

    List<FetchAnswer> answers() {
        return answers;
    }

    /** Whether there is a reason to answer now and not to wait for more. */
    boolean satisfies(FetchLimits limits) {
        return urgent || bytes >= limits.minBytes();
    }

    /** Brings what is no longer in memory back there, so that sending it does not block an event loop. */
    void warm() throws IOException {
        for (FetchAnswer answer : answers) {
            if (answer.slice() != null && !answer.slice().hot()) {
                answer.slice().records().readAhead();
            }
        }
    }

    /** Gives back the references that the plan holds. */
    void release() {
        answers.forEach(FetchAnswer::release);
    }
}
