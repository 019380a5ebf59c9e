package io.rowlock.broker.api.fetch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that one client fetches, and which of them are worth looking at: those asked anew, those that had
 * something to send when last looked at, and those that changed since. Confined to the event loop of the client's
 * connection, but for {@link #noted} and {@link #wake}.
 */
final class FetchInterest {

    private record Key(UUID topicId, String topicName, int index) {}

    private final SessionSlots slots;
    private final boolean forReplica;
    private final Map<Key, FetchTarget> targets = new LinkedHashMap<>();
    /** Worth looking at, in the order in which they are served: what was sent goes to the end. */
    private final LinkedHashSet<FetchTarget> pending = new LinkedHashSet<>();

    private final Queue<FetchTarget> notifications = new ConcurrentLinkedQueue<>();
    /** Whether there is a notification for which a waiting fetch is to be looked at. */
    private volatile boolean waking;

    private volatile @Nullable Runnable waiter;

    /** Of a consumer. */
    FetchInterest(SessionSlots slots) {
        this(slots, false);
    }

    /**
     * @param slots where each partition that is noted counts
     * @param forReplica whether what is written is of interest, and what becomes visible only in passing
     */
    FetchInterest(SessionSlots slots, boolean forReplica) {
        this.slots = slots;
        this.forReplica = forReplica;
    }

    boolean forReplica() {
        return forReplica;
    }

    FetchTarget want(UUID topicId, String topicName, int index) {
        FetchTarget target = targets.computeIfAbsent(new Key(topicId, topicName, index), key -> {
            slots.noted();
            return new FetchTarget(this, topicId, topicName, index);
        });
        target.stir();
        pending.add(target);
        return target;
    }

    void forget(UUID topicId, String topicName, int index) {
        FetchTarget gone = targets.remove(new Key(topicId, topicName, index));
        if (gone != null) {
            slots.forgotten(1);
            gone.forget();
            pending.remove(gone);
        }
    }

    void forgetAll() {
        waiter = null;
        targets.values().forEach(FetchTarget::forget);
        slots.forgotten(targets.size());
        targets.clear();
        pending.clear();
        notifications.clear();
    }

    int size() {
        return targets.size();
    }

    Collection<FetchTarget> all() {
        return targets.values();
    }

    /** What to look at now. */
    List<FetchTarget> pending() {
        waking = false;
        for (FetchTarget changed = notifications.poll(); changed != null; changed = notifications.poll()) {
            changed.clearNotification();
            if (changed.partition() != null && !changed.rests()) {
                pending.add(changed);
            }
        }
        return new ArrayList<>(pending);
    }

    /** Looked at, and nothing to send until it changes. */
    void settle(FetchTarget target) {
        pending.remove(target);
    }

    /** Not to be looked at, whatever happens to it, until it is {@link #want wanted} anew. */
    void rest(FetchTarget target) {
        target.rest();
        pending.remove(target);
    }

    /** Sent: it is looked at again, after the others. */
    void moveToEnd(FetchTarget target) {
        pending.remove(target);
        pending.add(target);
    }

    /** Has {@code wake} called, from any thread and perhaps several times, when something changes; null for nobody. */
    void awaitChange(@Nullable Runnable wake) {
        waiter = wake;
        if (wake != null && waking) {
            wake.run();
        }
    }

    /** Any thread: it has something new, which is worth telling the next time that there is an answer. */
    void noted(FetchTarget target) {
        notifications.add(target);
    }

    /** Any thread: a notification came for which nobody should wait. */
    void wake() {
        waking = true;
        Runnable wake = waiter;
        if (wake != null) {
            wake.run();
        }
    }
}
