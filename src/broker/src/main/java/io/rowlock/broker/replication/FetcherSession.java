package io.rowlock.broker.replication;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.partition.FetchPosition;
import io.rowlock.log.EpochEnd;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchRequest.ForgottenTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to ask one leader for, and when: the partitions followed there, where each of them is, and the incremental
 * fetch session that spares naming them all. Neither waits nor sends, so that a test can drive it; not thread-safe.
 *
 * <p>To ask for an offset acknowledges what lies before it, so a partition whose records are still being written or synced is
 * not named; the leader leaves it alone until it is. The others go on meanwhile: one request waits at the leader for news,
 * and as soon as there is something to acknowledge another follows it, which ends the wait of the first. What is confirmed
 * while others are under way is gathered for a moment, so that a thousand syncs do not make a thousand requests.
 */
final class FetcherSession {

    /** How long something to acknowledge waits for company. */
    static final long GATHERING_NANOS = 1_000_000;

    /** One waits for news and one acknowledges. */
    static final int IN_FLIGHT_MAX = 2;

    /** Half a megabyte, which a connection takes without holding up the next request: the rest is named there. */
    static final int NAMED_MAX = 10_000;

    private static final int NO_SESSION = 0;
    private static final int EPOCH_OF_NEW_SESSION = 0;
    private static final long NEVER = Long.MAX_VALUE;

    /** When to send the next request. */
    sealed interface Turn {
        record Now() implements Turn {}

        /** Not before then, in monotonic nanoseconds. */
        record At(long nanos) implements Turn {}

        /** Not before something happens. */
        record Wait() implements Turn {}
    }

    /** What became of a request. */
    sealed interface Outcome {
        /** In the order of the answer. */
        record News(List<LeaderNews> news) implements Outcome {}

        /** The leader knows the session no more; the next request begins another one. */
        record SessionOver() implements Outcome {}

        /** The leader does not serve this node, at least for now; the next request begins another session. */
        record Refused(ErrorCode error) implements Outcome {}
    }

    private static final class Followed {
        final PartitionId id;
        FetchPosition at;
        /** Whether the leader has it in its session. */
        boolean inSession;
        /** Whether the leader leaves it alone, because it told something that has to be dealt with. */
        boolean rests;
        /** The number of the first request that named it, and of the last. */
        long firstNamed = NEVER;

        long lastNamed = NEVER;

        Followed(PartitionId id, FetchPosition at) {
            this.id = id;
            this.at = at;
        }
    }

    private record Sent(long number, boolean full) {}

    private final FetcherLimits limits;
    private final Map<PartitionId, Followed> followed = new LinkedHashMap<>();
    private final Set<Followed> toName = new LinkedHashSet<>();
    private final Set<PartitionId> toForget = new LinkedHashSet<>();
    private final Deque<Sent> inFlight = new ArrayDeque<>();

    private int sessionId = NO_SESSION;
    private int sessionEpoch = EPOCH_OF_NEW_SESSION;
    /** For the leader to end when the next one begins. */
    private int formerSessionId = NO_SESSION;
    /** The leader has no room for a session: everything is named every time. */
    private boolean refusedSession;

    private long lastNumber;
    private int resting;
    private int unsettled;
    private long unsettledBytes;
    private long readySinceNanos = NEVER;

    FetcherSession(FetcherLimits limits) {
        this.limits = limits;
    }

    /** Has a partition fetched from there on, also one that is followed already. */
    void follow(PartitionId id, FetchPosition at, long nowNanos) {
        unfollow(id, nowNanos);
        Followed fresh = new Followed(id, at);
        fresh.inSession = toForget.remove(id);
        followed.put(id, fresh);
        toName.add(fresh);
        ready(nowNanos);
    }

    /** What an answer told was dealt with: go on from there. Does nothing for a partition that is not followed any more. */
    void moved(PartitionId id, FetchPosition at, long nowNanos) {
        Followed partition = followed.get(id);
        if (partition == null) {
            return;
        }
        partition.at = at;
        stir(partition);
        toName.add(partition);
        ready(nowNanos);
    }

    void unfollow(PartitionId id, long nowNanos) {
        Followed gone = followed.remove(id);
        if (gone == null) {
            return;
        }
        stir(gone);
        toName.remove(gone);
        if (gone.inSession) {
            toForget.add(id);
            ready(nowNanos);
        }
    }

    /** What {@link LeaderNews} told was dealt with, or never will be; once for each but {@link LeaderNews.Progress}. */
    void settled(int bytes) {
        unsettled--;
        unsettledBytes -= bytes;
    }

    /** The connection is gone, and the session and all that was asked with it. */
    void lost(long nowNanos) {
        inFlight.clear();
        endSession();
        formerSessionId = NO_SESSION;
        ready(nowNanos);
    }

    boolean isEmpty() {
        return followed.isEmpty();
    }

    /** When to send {@link #next}. */
    Turn turn(long nowNanos) {
        boolean starting = sessionId == NO_SESSION && !inFlight.isEmpty();
        if (starting || inFlight.size() >= IN_FLIGHT_MAX || followed.isEmpty()) {
            return new Turn.Wait();
        }
        boolean news = !toName.isEmpty() || !toForget.isEmpty();
        boolean polls = inFlight.isEmpty() && followed.size() > resting && room() > 0;
        if (!news && !polls) {
            return new Turn.Wait();
        }
        long due = readySinceNanos == NEVER ? nowNanos : readySinceNanos + GATHERING_NANOS;
        return unsettled == 0 || due - nowNanos <= 0 ? new Turn.Now() : new Turn.At(due);
    }

    private int room() {
        return (int) Math.max(0, limits.responseMaxBytes() - unsettledBytes);
    }

    /** The next request; whoever calls this sends it. Who fetches is for the caller to add. */
    FetchRequest next() {
        boolean full = sessionId == NO_SESSION;
        long number = ++lastNumber;
        int room = room();
        FetchRequest request = new FetchRequest()
                .setSessionId(full ? formerSessionId : sessionId)
                .setSessionEpoch(sessionEpoch)
                .setMaxBytes(room)
                .setTopics(named(full, number));
        // A session is of no use before its id is known, so its start is answered at once. Without room for records
        // there is
        // nothing to wait for either.
        boolean waits = room > 0 && (!full || refusedSession);
        request.setMaxWaitMs(waits ? (int) limits.maxWait().toMillis() : 0).setMinBytes(waits ? limits.minBytes() : 0);
        if (full) {
            toForget.clear();
        } else {
            request.setForgottenTopicsData(forgotten());
            sessionEpoch = sessionEpoch == Integer.MAX_VALUE ? 1 : sessionEpoch + 1;
        }
        inFlight.add(new Sent(number, full));
        readySinceNanos = NEVER;
        return request;
    }

    private List<FetchTopic> named(boolean full, long number) {
        if (full) {
            followed.values().stream().filter(each -> !each.rests).forEach(toName::add);
        }
        Map<UUID, FetchTopic> topics = new LinkedHashMap<>();
        Iterator<Followed> candidates = toName.iterator();
        for (int count = 0; count < NAMED_MAX && candidates.hasNext(); count++) {
            Followed partition = candidates.next();
            candidates.remove();
            partition.inSession = true;
            partition.firstNamed = Math.min(partition.firstNamed, number);
            partition.lastNamed = number;
            topics.computeIfAbsent(
                            partition.id.topicId(),
                            id -> new FetchTopic().setTopicId(id).setPartitions(new ArrayList<>()))
                    .partitions()
                    .add(asked(partition));
        }
        return List.copyOf(topics.values());
    }

    private FetchPartition asked(Followed partition) {
        FetchPosition at = partition.at;
        return new FetchPartition()
                .setPartition(partition.id.index())
                .setCurrentLeaderEpoch(at.leaderEpoch())
                .setFetchOffset(at.offset())
                .setLastFetchedEpoch(at.lastFetchedEpoch())
                .setLogStartOffset(at.logStartOffset())
                .setPartitionMaxBytes(limits.partitionMaxBytes());
    }

    private List<ForgottenTopic> forgotten() {
        Map<UUID, ForgottenTopic> topics = new LinkedHashMap<>();
        for (PartitionId id : toForget) {
            topics.computeIfAbsent(
                            id.topicId(),
                            topic -> new ForgottenTopic().setTopicId(topic).setPartitions(new ArrayList<>()))
                    .partitions()
                    .add(id.index());
        }
        toForget.clear();
        return List.copyOf(topics.values());
    }

    /** Takes the answer to the oldest request in flight. */
    Outcome answered(FetchResponse response, long nowNanos) {
        Sent sent = inFlight.remove();
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        if (error != ErrorCode.NONE) {
            endSession();
            ready(nowNanos);
            return isOfSession(error) ? new Outcome.SessionOver() : new Outcome.Refused(error);
        }
        boolean over = takeSession(sent, response.sessionId());
        List<LeaderNews> news = new ArrayList<>();
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData data : topic.partitions()) {
                LeaderNews told = told(new PartitionId(topic.topicId(), data.partitionIndex()), data, sent.number());
                if (told != null) {
                    news.add(told);
                }
            }
        }
        if (over) {
            endSession();
        }
        ready(nowNanos);
        return new Outcome.News(news);
    }

    private static boolean isOfSession(ErrorCode error) {
        return error == ErrorCode.FETCH_SESSION_ID_NOT_FOUND
                || error == ErrorCode.INVALID_FETCH_SESSION_EPOCH
                || error == ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
    }

    /** Returns whether there is no session any more. */
    private boolean takeSession(Sent sent, int id) {
        if (sent.full()) {
            refusedSession = id == NO_SESSION;
            formerSessionId = NO_SESSION;
            sessionId = id;
            sessionEpoch = id == NO_SESSION ? EPOCH_OF_NEW_SESSION : 1;
            return refusedSession;
        }
        return id != sessionId;
    }

    private void endSession() {
        if (sessionId != NO_SESSION) {
            formerSessionId = sessionId;
        }
        sessionId = NO_SESSION;
        sessionEpoch = EPOCH_OF_NEW_SESSION;
        toForget.clear();
        followed.values().forEach(each -> each.inSession = false);
    }

    private @Nullable LeaderNews told(PartitionId id, PartitionData data, long number) {
        ByteBuf records = data.records() instanceof BufferRecords some ? some.buffer() : null;
        Followed partition = followed.get(id);
        LeaderNews news = partition == null || partition.rests ? null : understood(partition, data, records, number);
        if (records != null && !(news instanceof LeaderNews.Fetched)) {
            records.release();
        }
        if (partition != null && news != null && !(news instanceof LeaderNews.Progress)) {
            partition.rests = true;
            resting++;
            unsettled++;
            unsettledBytes += news instanceof LeaderNews.Fetched fetched
                    ? fetched.records().readableBytes()
                    : 0;
        }
        return news;
    }

    /** What was asked before the partition was named last is old, but for how far others are. */
    private static @Nullable LeaderNews understood(
            Followed partition, PartitionData data, @Nullable ByteBuf records, long number) {
        PartitionId id = partition.id;
        ErrorCode error = ErrorCode.forCode(data.errorCode());
        boolean current = number >= partition.lastNamed;
        if (error != ErrorCode.NONE) {
            return !current
                    ? null
                    : error == ErrorCode.OFFSET_OUT_OF_RANGE
                            ? new LeaderNews.OutOfRange(id, data.logStartOffset())
                            : new LeaderNews.Failed(id, error);
        }
        if (data.divergingEpoch().epoch() >= 0) {
            EpochEnd end = new EpochEnd(
                    data.divergingEpoch().epoch(), data.divergingEpoch().endOffset());
            return current ? new LeaderNews.Diverged(id, end) : null;
        }
        if (records != null && records.isReadable()) {
            return current ? new LeaderNews.Fetched(id, records, data.highWatermark(), data.logStartOffset()) : null;
        }
        return number >= partition.firstNamed
                ? new LeaderNews.Progress(id, data.highWatermark(), data.logStartOffset())
                : null;
    }

    private void stir(Followed partition) {
        if (partition.rests) {
            partition.rests = false;
            resting--;
        }
    }

    private void ready(long nowNanos) {
        if (readySinceNanos == NEVER) {
            readySinceNanos = nowNanos;
        }
    }
}
