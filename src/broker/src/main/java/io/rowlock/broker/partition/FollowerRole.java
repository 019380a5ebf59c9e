package io.rowlock.broker.partition;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.LogView;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A replica that another node leads under one leader epoch, or nobody: it takes what the leader sends, cuts what the leader does
 * not have, and says where to go on. Confined to the partition's owner.
 */
final class FollowerRole implements Role {

    private static final System.Logger LOG = System.getLogger(FollowerRole.class.getName());

    /** What cannot be taken now is asked for again after so long. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final FollowResult OVER = new FollowResult.Over();

    private final Partition partition;
    private final ReplicaEnvironment environment;
    private final ReplicaLog log;
    private final PublishedView published;
    private final int leader;
    private final int epoch;
    /** What the fetcher asked for and was not answered yet. */
    private final List<CompletableFuture<FollowResult>> open = new ArrayList<>();
    /** Of them those that are answered once everything written is confirmed. */
    private final List<CompletableFuture<FollowResult>> unconfirmed = new ArrayList<>();

    private long askedLogStart;

    FollowerRole(
            Partition partition,
            ReplicaEnvironment environment,
            ReplicaLog log,
            PublishedView published,
            int leader,
            int epoch) {
        this.partition = partition;
        this.environment = environment;
        this.log = log;
        this.published = published;
        this.leader = leader;
        this.epoch = epoch;
    }

    /** Whether it follows this leader in this epoch. */
    boolean follows(int node, int leaderEpoch) {
        return node == leader && leaderEpoch == epoch;
    }

    /** Whether there is a leader that could send something under this epoch. */
    boolean follows(int leaderEpoch) {
        return leader >= 0 && leaderEpoch == epoch;
    }

    /** Says that the replica follows. */
    void begin() {
        show(published.get().highWatermark(), true);
    }

    private void show(long highWatermark, boolean news) {
        PartitionView next =
                new PartitionView(Status.FOLLOWING, leader, epoch, 0, log.snapshot(), highWatermark, highWatermark);
        if (news || highWatermark != published.get().highWatermark()) {
            published.publish(partition, next);
        } else {
            published.replace(partition, next);
        }
    }

    @Override
    public void moved() {
        show(published.get().highWatermark(), false);
        if (!unconfirmed.isEmpty() && log.confirmedEnd() >= log.end()) {
            FollowResult here = new FollowResult.At(position());
            List<CompletableFuture<FollowResult>> confirmed = List.copyOf(unconfirmed);
            unconfirmed.clear();
            confirmed.forEach(each -> each.complete(here));
            open.removeIf(CompletableFuture::isDone);
        }
    }

    private FetchPosition position() {
        LogSnapshot written = log.snapshot();
        long end = written.endOffset();
        return new FetchPosition(epoch, end, end == 0 ? -1 : written.epochOf(end - 1), written.startOffset());
    }

    /** Answers where to go on once everything that is written is confirmed. */
    void answerPosition(CompletableFuture<FollowResult> done) {
        open.add(done);
        whenConfirmed(done);
    }

    private void whenConfirmed(CompletableFuture<FollowResult> done) {
        unconfirmed.add(done);
        log.syncIfDue(false);
        moved();
    }

    /** Answers later: what was sent could not be taken, and has to be fetched again once there is room for it. */
    private void answerLater(CompletableFuture<FollowResult> done, int bytes) {
        partition.later(PAUSE, () -> {
            if (done.isDone()) {
                return;
            }
            if (log.takingBack() || !hasRoom(bytes)) {
                answerLater(done, bytes);
            } else {
                whenConfirmed(done);
            }
        });
    }

    private boolean hasRoom(int bytes) {
        boolean room = log.takeRoom(bytes) == null;
        if (room) {
            log.giveBackRoom(bytes);
        }
        return room;
    }

    /**
     * Appends what the leader sent, which is checked already. The caller keeps its reference.
     *
     * @param first what is known of the records; empty news has none
     */
    void append(CompletableFuture<FollowResult> done, ByteBuf records, LeaderRecords first, FollowNews news) {
        open.add(done);
        LogSnapshot written = log.snapshot();
        long end = written.endOffset();
        boolean empty = written.startOffset() == end;
        if (empty && first.baseOffset() < end && first.lastOffset() >= end) {
            // The leader's log begins within this batch, and so must this one.
            records.retain();
            cut(
                    done,
                    "cannot begin with the batch at offset " + first.baseOffset(),
                    current -> current.truncateFullyAndStartAt(first.baseOffset()),
                    () -> write(done, records, news),
                    records::release);
        } else if (first.baseOffset() < end || (!empty && first.firstEpoch() < written.epochOf(end - 1))) {
            refuse(
                    done,
                    "batch at offset " + first.baseOffset() + " of leader epoch " + first.firstEpoch()
                            + " does not fit to the log's end at " + end);
        } else {
            write(done, records, news);
        }
    }

    private void write(CompletableFuture<FollowResult> done, ByteBuf records, FollowNews news) {
        int bytes = records.readableBytes();
        if (log.takeRoom(bytes) != null || !log.appendAsFollower(records)) {
            answerLater(done, bytes);
        } else {
            follow(done, news);
        }
    }

    /** What the leader sent is of no use: nothing of it was taken, and it is fetched anew after a pause. */
    void refuse(CompletableFuture<FollowResult> done, String why) {
        open.add(done);
        LOG.log(
                System.Logger.Level.WARNING,
                "Partition {0} cannot take what node {1} sent as its leader, and asks again: {2}",
                partition,
                leader,
                why);
        answerLater(done, 0);
    }

    /** Follows the leader's news, and answers where to go on. */
    void follow(CompletableFuture<FollowResult> done, FollowNews news) {
        open.add(done);
        long highWatermark = Math.max(published.get().highWatermark(), Math.min(news.highWatermark(), log.end()));
        show(highWatermark, false);
        long start = Math.min(news.logStart(), highWatermark);
        if (start > log.snapshot().startOffset() && start > askedLogStart) {
            askedLogStart = start;
            environment.logStarts().raise(partition, start).whenComplete((raised, failure) -> {
                if (failure != null) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Partition {0} cannot begin at offset {1} as its leader does: {2}",
                            partition,
                            Long.toString(start),
                            failure.getMessage());
                }
            });
        }
        whenConfirmed(done);
    }

    /** Cuts the log where the leader's goes another way. */
    void truncate(CompletableFuture<FollowResult> done, EpochEnd diverging) {
        open.add(done);
        cut(
                done,
                "cannot truncate the log",
                current -> {
                    LogView view = current.view();
                    long to = whereLogsPart(view, diverging);
                    if (to < published.get().highWatermark()) {
                        tellLoss(to);
                    }
                    current.truncateTo(to);
                },
                () -> whenConfirmed(done),
                () -> {});
    }

    /** What both have of the epoch, or of the largest one below it that this log has, is common to both. */
    private static long whereLogsPart(LogView view, EpochEnd diverging) {
        EpochEnd own = view.epochEndOffset(diverging.epoch());
        long theirs = Math.max(0, diverging.endOffset());
        return own.endOffset() < 0 ? theirs : Math.min(theirs, own.endOffset());
    }

    /** Throws the log away and goes on where the leader's begins. */
    void startOver(CompletableFuture<FollowResult> done, long logStart) {
        open.add(done);
        cut(
                done,
                "cannot start over at offset " + logStart,
                current -> {
                    if (logStart < published.get().highWatermark()) {
                        tellLoss(logStart);
                    }
                    current.truncateFullyAndStartAt(logStart);
                },
                () -> whenConfirmed(done),
                () -> {});
    }

    private void tellLoss(long to) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Partition {0} is cut to offset {1}, below its high watermark {2}, because node {3} leads it without these"
                        + " records: it was elected without having been in sync.",
                partition,
                Long.toString(to),
                Long.toString(published.get().highWatermark()),
                Integer.toString(leader));
    }

    /**
     * Does to the log what nothing else may be under way beside.
     *
     * @param then runs if that is done and the role goes on
     * @param after runs in any case, last
     */
    private void cut(
            CompletableFuture<FollowResult> done,
            String what,
            ReplicaLog.Change change,
            Runnable then,
            Runnable after) {
        partition.whenUntouched(() -> {
            try {
                if (!done.isDone() && log.change(what, change)) {
                    long end = log.end();
                    askedLogStart = 0;
                    show(Math.min(published.get().highWatermark(), end), true);
                    then.run();
                }
            } finally {
                after.run();
            }
        });
    }

    @Override
    public void end(ErrorCode error, String why) {
        unconfirmed.clear();
        List<CompletableFuture<FollowResult>> unanswered = List.copyOf(open);
        open.clear();
        unanswered.forEach(each -> each.complete(OVER));
    }
}
