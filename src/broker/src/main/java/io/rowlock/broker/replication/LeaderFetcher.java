package io.rowlock.broker.replication;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.partition.FollowResult;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.broker.replication.FetcherSession.Outcome;
import io.rowlock.broker.replication.FetcherSession.Turn;
import io.rowlock.net.PeerConnection;
import io.rowlock.ports.Scheduler.Timer;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from one leader what this node follows there: keeps the connection, sends what {@link FetcherSession} decides, and
 * hands what comes to the partitions. What concerns one partition holds up no other. Thread-safe; everything runs in turn on
 * whichever thread brings it.
 */
final class LeaderFetcher {

    private static final System.Logger LOG = System.getLogger(LeaderFetcher.class.getName());
    private static final short FETCH_VERSION = 18;

    /** A partition that follows this leader, for as long as the leader's epoch lasts. */
    private static final class Following {
        final PartitionId id;
        final Partition partition;
        final int leaderEpoch;
        int failures;

        Following(PartitionId id, Partition partition, int leaderEpoch) {
            this.id = id;
            this.partition = partition;
            this.leaderEpoch = leaderEpoch;
        }
    }

    private final int leader;
    private final Surroundings world;
    private final Backoff backoff;
    private final SerialTasks tasks = new SerialTasks(this::failed);
    private final FetcherSession session;
    private final LeaderConnection connection;
    private final Map<PartitionId, Following> following = new HashMap<>();
    private @Nullable Timer turnTimer;
    private long pausedUntilNanos;
    /** The broker epoch under which the session of this connection named what it follows. */
    private long registeredAs;

    private int refusals;
    private boolean closed;

    LeaderFetcher(int leader, Surroundings world) {
        this.leader = leader;
        this.world = world;
        this.backoff = new Backoff(world.limits().backoff(), world.random());
        this.session = new FetcherSession(world.limits());
        this.connection = new LeaderConnection(leader, world, tasks, this::connected, this::lost);
        this.pausedUntilNanos = world.clock().monotonicNanos();
    }

    /** Follows the leader under that epoch, and no longer under an earlier one. */
    void follow(PartitionId id, Partition partition, int leaderEpoch) {
        tasks.execute(() -> {
            if (!closed) {
                Following fresh = new Following(id, partition, leaderEpoch);
                following.put(id, fresh);
                session.unfollow(id, now());
                locate(fresh);
                connection.want();
                takeTurn();
            }
        });
    }

    void unfollow(PartitionId id) {
        tasks.execute(() -> {
            following.remove(id);
            session.unfollow(id, now());
            takeTurn();
        });
    }

    /** The leader has registered anew: who speaks on the old connection may be another process, or nobody. */
    void reconnect() {
        tasks.execute(connection::drop);
    }

    /** Ends the connection; answers that come now are void. */
    void close() {
        tasks.execute(() -> {
            closed = true;
            following.clear();
            cancelTurn();
            connection.close();
        });
    }

    /** A defect ends the connection and not the fetching: what was under way is asked for again. */
    private void failed(Throwable defect) {
        LOG.log(ERROR, "Fetching from node " + leader + " failed and begins anew", defect);
        connection.drop();
    }

    private long now() {
        return world.clock().monotonicNanos();
    }

    private boolean isCurrent(Following each) {
        return following.get(each.id) == each;
    }

    private void locate(Following each) {
        each.partition
                .position(each.leaderEpoch)
                .whenComplete((result, failure) -> tasks.execute(() -> {
                    if (isCurrent(each)) {
                        if (result instanceof FollowResult.At here) {
                            session.follow(each.id, here.position(), now());
                            takeTurn();
                        } else {
                            tryLater(each);
                        }
                    }
                }));
    }

    /** The metadata may have moved on, or this replica is not open yet, or the leader's is not: all passes, or the replica ends. */
    private void tryLater(Following each) {
        each.failures++;
        session.unfollow(each.id, now());
        Status status = each.partition.view().status();
        if (status == Status.OFFLINE || status.isOver()) {
            return;
        }
        world.scheduler()
                .schedule(
                        backoff.after(each.failures),
                        () -> tasks.execute(() -> {
                            if (isCurrent(each)) {
                                locate(each);
                            }
                        }));
    }

    private void connected() {
        registeredAs = world.brokerEpoch().getAsLong();
        takeTurn();
    }

    private void lost() {
        session.lost(now());
        cancelTurn();
        if (following.isEmpty()) {
            return;
        }
        connection.want();
    }

    private void cancelTurn() {
        if (turnTimer != null) {
            turnTimer.cancel();
            turnTimer = null;
        }
    }

    /** Sends what there is to send, or sees to it that it happens in time. */
    private void takeTurn() {
        cancelTurn();
        PeerConnection open = connection.get();
        if (open == null || closed) {
            return;
        }
        if (registeredAs != world.brokerEpoch().getAsLong()) {
            // A new registration has to acknowledge everything itself, and a session leaves out what has not changed.
            connection.drop();
            return;
        }
        long now = now();
        if (pausedUntilNanos - now > 0) {
            takeTurnAt(pausedUntilNanos, now);
            return;
        }
        Turn turn = session.turn(now);
        while (turn instanceof Turn.Now) {
            send(open);
            turn = session.turn(now);
        }
        if (turn instanceof Turn.At at) {
            takeTurnAt(at.nanos(), now);
        }
    }

    private void takeTurnAt(long nanos, long now) {
        turnTimer = world.scheduler().schedule(Duration.ofNanos(nanos - now), () -> tasks.execute(this::takeTurn));
    }

    private void send(PeerConnection open) {
        FetchRequest request = session.next().setClusterId(world.image().get().clusterId());
        request.replicaState().setReplicaId(world.nodeId()).setReplicaEpoch(registeredAs);
        open.send(ApiKey.FETCH, FETCH_VERSION, request, world.limits().answerLimit())
                .whenComplete((answer, failure) -> tasks.execute(() -> {
                    if (connection.get() != open) {
                        LeaderNewsRecords.release(answer);
                    } else if (answer instanceof FetchResponse response) {
                        take(response);
                    } else {
                        // Whoever waits for an answer hears of the end of the connection, too.
                        connection.drop();
                    }
                }));
    }

    private void take(FetchResponse response) {
        Outcome outcome = session.answered(response, now());
        if (outcome instanceof Outcome.News news) {
            refusals = 0;
            connection.worked();
            news.news().forEach(this::deal);
        } else if (outcome instanceof Outcome.Refused refused) {
            refused(refused.error());
        }
        takeTurn();
    }

    private void refused(ErrorCode error) {
        refusals++;
        LOG.log(
                refusals == 1 ? WARNING : DEBUG,
                "Node {0} refuses to be followed: {1}; it is asked again",
                leader,
                error);
        pausedUntilNanos = now() + backoff.after(refusals).toNanos();
        world.refreshMetadata().run();
    }

    private void deal(LeaderNews news) {
        Following each = following.get(news.partition());
        if (each == null) {
            throw new IllegalStateException("the session tells of a partition that is not followed");
        }
        if (news instanceof LeaderNews.Failed failed) {
            session.settled(0);
            failed(each, failed.error());
        } else if (news instanceof LeaderNews.Progress progress) {
            each.partition
                    .appendFromLeader(
                            each.leaderEpoch,
                            LeaderNewsRecords.NONE,
                            progress.highWatermark(),
                            progress.logStartOffset())
                    .whenComplete((result, failure) -> {});
        } else {
            int bytes = news instanceof LeaderNews.Fetched fetched
                    ? fetched.records().readableBytes()
                    : 0;
            settle(each, bytes, () -> change(each, news));
        }
    }

    private static CompletionStage<FollowResult> change(Following each, LeaderNews news) {
        Partition partition = each.partition;
        if (news instanceof LeaderNews.Fetched fetched) {
            return partition.appendFromLeader(
                    each.leaderEpoch, fetched.records(), fetched.highWatermark(), fetched.logStartOffset());
        }
        if (news instanceof LeaderNews.Diverged diverged) {
            return partition.truncate(each.leaderEpoch, diverged.end());
        }
        if (news instanceof LeaderNews.OutOfRange outOfRange) {
            return partition.startOver(each.leaderEpoch, outOfRange.logStartOffset());
        }
        throw new IllegalArgumentException("nothing to change by " + news);
    }

    private void settle(Following each, int bytes, Supplier<CompletionStage<FollowResult>> change) {
        begin(change)
                .whenComplete((result, failure) -> tasks.execute(() -> {
                    session.settled(bytes);
                    if (failure != null) {
                        LOG.log(
                                ERROR,
                                "What node " + leader + " sent for " + each.partition + " met a defect",
                                failure);
                    }
                    if (isCurrent(each)) {
                        if (result instanceof FollowResult.At here) {
                            each.failures = 0;
                            session.moved(each.id, here.position(), now());
                        } else {
                            tryLater(each);
                        }
                    }
                    takeTurn();
                }));
    }

    /** However it fails, it is settled: nothing waits for it for ever. */
    private static CompletionStage<FollowResult> begin(Supplier<CompletionStage<FollowResult>> change) {
        try {
            return change.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void failed(Following each, ErrorCode error) {
        LOG.log(DEBUG, "Node {0} does not serve {1} to its follower: {2}", leader, each.partition, error);
        tryLater(each);
        world.refreshMetadata().run();
    }
}
