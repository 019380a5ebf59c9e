package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionListener;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One partition that a client fetches: what it asked for, and what it was last told. Confined to the event loop of the
 * client's connection, but for {@link #changed}.
 */
final class FetchTarget implements PartitionListener {

    private final FetchInterest interest;
    private final UUID topicId;
    private final String topicName;
    private final int index;
    private final AtomicBoolean notified = new AtomicBoolean();

    private long fetchOffset;
    private int maxBytes;
    private int currentLeaderEpoch;
    private int lastFetchedEpoch;

    private @Nullable Partition partition;
    private ErrorCode unresolved = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    private long toldHighWatermark = -1;
    private long toldLogStart = -1;

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
            partition.subscribe(this);
        }
    }

    void forget() {
        if (partition != null) {
            partition.unsubscribe(this);
            partition = null;
        }
    }

    @Override
    public void changed(Partition changed) {
        if (notified.compareAndSet(false, true)) {
            interest.notified(this);
        }
    }

    /** Called before the view is read, so that any later change notifies again. */
    void clearNotification() {
        notified.set(false);
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
