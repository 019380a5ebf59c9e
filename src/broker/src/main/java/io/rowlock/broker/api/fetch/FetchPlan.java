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
    static boolean needsDisk(List<FetchTarget> targets, FetchLimits limits) {
        for (FetchTarget target : targets) {
            Partition partition = target.partition();
            if (partition != null) {
                PartitionView view = partition.view();
                LogSnapshot log = view.snapshot();
                if (log != null
                        && target.fetchOffset() < visibleEnd(view, log, limits)
                        && !log.isHot(target.fetchOffset())) {
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
    static FetchAnswer withoutRecords(FetchTarget target, FetchLimits limits) {
        return answer(target, limits.withoutRecords(), 1);
    }

    private static long visibleEnd(PartitionView view, LogSnapshot log, FetchLimits limits) {
        return switch (limits.reader()) {
            case CONSUMER -> view.highWatermark();
            case COMMITTED_CONSUMER -> view.lastStableOffset();
            case REPLICA -> log.endOffset();
        };
    }

    private static FetchAnswer answer(FetchTarget target, FetchLimits limits, long taken) {
        Partition partition = target.partition();
        if (partition == null) {
            return FetchAnswer.failed(target, target.unresolved());
        }
        PartitionView view = partition.view();
        ErrorCode error = checkLeader(view, target, limits);
        if (error != ErrorCode.NONE) {
            return FetchAnswer.failed(target, error);
        }
        LogSnapshot log = view.leaderLog();
        LogAgreement agreement = LogAgreement.of(log, target.fetchOffset(), target.lastFetchedEpoch());
        if (agreement instanceof LogAgreement.OutOfRange) {
            return outOfRange(target, view, log, limits);
        }
        return agreement instanceof LogAgreement.Diverges diverges
                ? found(target, view, log, diverges.end(), null, false)
                : read(target, partition, view, limits, taken);
    }

    /** A consumer may leave open which epoch it means; a replica follows one. */
    private static ErrorCode checkLeader(PartitionView view, FetchTarget target, FetchLimits limits) {
        ErrorCode error = view.checkLeader(target.currentLeaderEpoch());
        boolean leftOpen = limits.forReplica() && target.currentLeaderEpoch() < 0;
        return error == ErrorCode.NONE && leftOpen ? ErrorCode.FENCED_LEADER_EPOCH : error;
    }

    /** A replica is told with it where to start over. */
    private static FetchAnswer outOfRange(FetchTarget target, PartitionView view, LogSnapshot log, FetchLimits limits) {
        return limits.forReplica()
                ? new FetchAnswer(
                        target,
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        view.highWatermark(),
                        view.lastStableOffset(),
                        log.startOffset(),
                        null,
                        null,
                        false)
                : FetchAnswer.failed(target, ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    private static FetchAnswer read(
            FetchTarget target, Partition partition, PartitionView view, FetchLimits limits, long taken) {
        LogSnapshot log = view.leaderLog();
        long upperBound = visibleEnd(view, log, limits);
        boolean readable = target.fetchOffset() < upperBound;
        int room = (int) Math.max(0, Math.min(target.maxBytes(), limits.maxBytes() - taken));
        boolean noRoom = room == 0 && (taken > 0 || limits.forReplica());
        if (!readable || noRoom) {
            return found(target, view, log, null, null, readable);
        }
        try {
            ReadResult found = log.read(target.fetchOffset(), upperBound, room, taken == 0);
            return found instanceof FetchSlice slice
                    ? found(target, view, log, null, slice, slice.records().sizeInBytes() == 0)
                    : outOfRange(target, view, log, limits);
        } catch (IOException | RuntimeException e) {
            ErrorCode now = checkLeader(partition.view(), target, limits);
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
