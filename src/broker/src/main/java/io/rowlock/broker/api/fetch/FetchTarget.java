package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionListener;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One partition that a client fetches: what it asked for, and what it was last told. Confined to the event loop of the
 * client's connection, but for {@link #changed}.
 */
final class FetchTarget implements PartitionListener {

    /** What happened to the partition since it was last looked at. */
    private enum News {
        NONE,
        /** Something that can wait for the next answer. */
        MINOR,
        /** Something that whoever fetches waits for. */
        AWAITED
    }

    private final FetchInterest interest;
    private final UUID topicId;
    private final String topicName;
    private final int index;
    private final AtomicReference<News> news = new AtomicReference<>(News.NONE);

    private long fetchOffset;
    private int maxBytes;
    private int currentLeaderEpoch;
    private int lastFetchedEpoch;

    private @Nullable Partition partition;
    private ErrorCode unresolved = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    private long toldHighWatermark = -1;
    private long toldLogStart = -1;
    private boolean rests;
    /** Confined to the partition's owner: the end of the log when it last told of a change. */
    private long seenEnd = -1;

    /** @param topicId zero where the client names topics; {@code topicName} is empty where it gives ids */
    FetchTarget(FetchInterest interest, UUID topicId, String topicName, int index) {
        this.interest = interest;
        this.topicId = topicId;
        this.topicName = topicName;
        this.index = index;
    }

    void ask(FetchPartition asked) {
        fetchOffset = asked.fetchOffset();
        maxBytes = asked.partitionMaxBytes();
        // Here, unlike elsewhere, Kafka takes any negative number for "none".
        currentLeaderEpoch = Math.max(-1, asked.currentLeaderEpoch());
        lastFetchedEpoch = asked.lastFetchedEpoch();
    }

    /** Looks the partition up, again where it was deleted meanwhile, and subscribes to it. */
    void resolve(Partitions partitions) {
        Partition known = partition;
        if (known != null && !known.view().status().isOver()) {
            return;
        }
        forget();
        Located found = partitions.find(topicId, topicName, index);
        unresolved = found.error();
        partition = found.partition();
        if (partition != null) {
            if (interest.forReplica()) {
                partition.subscribeToWrites(this);
            } else {
                partition.subscribe(this);
            }
        }
    }

    void forget() {
        if (partition != null) {
            if (interest.forReplica()) {
                partition.unsubscribeFromWrites(this);
            } else {
                partition.unsubscribe(this);
            }
            partition = null;
        }
    }

    /** Consumers wait for whatever they are told of; replicas for what was written, and like to hear of the rest. */
    @Override
    public void changed(Partition changed) {
        boolean awaited = true;
        if (interest.forReplica()) {
            PartitionView view = changed.view();
            long end = view.endOffset();
            awaited = end != seenEnd || !view.status().isOpen();
            seenEnd = end;
        }
        happened(awaited ? News.AWAITED : News.MINOR);
    }

    private void happened(News now) {
        News before = news.getAndAccumulate(now, (a, b) -> a.compareTo(b) > 0 ? a : b);
        if (before == News.NONE) {
            interest.noted(this);
        }
        if (now == News.AWAITED && before != News.AWAITED) {
            interest.wake();
        }
    }

    /** Called before the view is read, so that any later change notifies again. */
    void clearNotification() {
        news.set(News.NONE);
    }

    /** Has it looked at no more until it is asked for anew. */
    void rest() {
        rests = true;
    }

    void stir() {
        rests = false;
    }

    boolean rests() {
        return rests;
    }

    void told(long highWatermark, long logStart) {
        toldHighWatermark = highWatermark;
        toldLogStart = logStart;
    }

    boolean wasTold(long highWatermark, long logStart) {
        return toldHighWatermark == highWatermark && toldLogStart == logStart;
    }

    UUID topicId() {
        return topicId;
    }

    String topicName() {
        return topicName;
    }

    int index() {
        return index;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    int maxBytes() {
        return maxBytes;
    }

    int currentLeaderEpoch() {
        return currentLeaderEpoch;
    }

    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    @Nullable
    Partition partition() {
        return partition;
    }

    /** Why there is no partition. */
    ErrorCode unresolved() {
        return unresolved;
    }
}
