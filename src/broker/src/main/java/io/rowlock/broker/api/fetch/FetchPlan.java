package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.ReadResult;
import io.rowlock.log.ReadResult.FetchSlice;
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
        if (target.fetchOffset() < log.startOffset()) {
            return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
        }
        if (target.lastFetchedEpoch() >= 0) {
            EpochEnd end = log.epochEnd(target.lastFetchedEpoch());
            if (end.epoch() < 0) {
                return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
            }
            if (end.epoch() < target.lastFetchedEpoch() || end.endOffset() < target.fetchOffset()) {
                return found(target, view, log, end, null, false);
            }
        }
        if (target.fetchOffset() > log.endOffset()) {
            return FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
        }
        return read(target, partition, view, limits, taken);
    }

    private static FetchAnswer read(
            FetchTarget target, Partition partition, PartitionView view, FetchLimits limits, long taken) {
        LogSnapshot log = view.leaderLog();
        long upperBound = limits.readCommitted() ? view.lastStableOffset() : view.highWatermark();
        boolean readable = target.fetchOffset() < upperBound;
        int room = (int) Math.max(0, Math.min(target.maxBytes(), limits.maxBytes() - taken));
        if (!readable || (room == 0 && taken > 0)) {
            return found(target, view, log, null, null, readable);
        }
        try {
            ReadResult found = log.read(target.fetchOffset(), upperBound, room, taken == 0);
            return found instanceof FetchSlice slice
                    ? found(target, view, log, null, slice, slice.records().sizeInBytes() == 0)
                    : FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
        } catch (IOException | RuntimeException e) {
            ErrorCode now = partition.view().checkLeader(target.currentLeaderEpoch());
            if (now != ErrorCode.NONE) {
                // Its files were taken away under the reader.
                return FetchAnswer.failed(target, now);
            }
            LOG.log(System.Logger.Level.ERROR, "Cannot read partition " + partition, e);
            return FetchAnswer.failed(target, ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    private static FetchAnswer found(
            FetchTarget target,
            PartitionView view,
            LogSnapshot log,
            @Nullable EpochEnd diverging,
            @Nullable FetchSlice slice,
            boolean crowdedOut) {
        return new FetchAnswer(
                target,
                ErrorCode.NONE,
                view.highWatermark(),
                view.lastStableOffset(),
                log.startOffset(),
                diverging,
                slice,
                crowdedOut);
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
