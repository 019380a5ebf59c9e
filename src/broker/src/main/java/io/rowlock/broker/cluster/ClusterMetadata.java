package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node's copy of the cluster's metadata: polls the store, sooner when it is hinted at, and publishes one image after
 * the other, in the order of their versions. Thread-safe, never blocks; at most one question to the store is under way.
 */
public final class ClusterMetadata {

    /** Hears of every change after it was published; calls come one at a time, in order, and must not block. */
    @FunctionalInterface
    public interface Listener {
        void onChange(MetadataImage previous, MetadataImage next, MetadataDelta delta);
    }

    private static final System.Logger LOG = System.getLogger(ClusterMetadata.class.getName());

    private final MetadataStore store;
    private final Scheduler scheduler;
    private final Duration pollInterval;
    private final OutageReport outage;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final NavigableMap<Long, CompletableFuture<Void>> waiters = new ConcurrentSkipListMap<>();
    /** Polls wanted since the one under way began, and itself: only whoever raises it from 0 asks the store. */
    private final AtomicInteger wanted = new AtomicInteger();

    /** Held while listeners are told, so that one that comes meanwhile misses nothing and hears nothing twice. */
    private final Object telling = new Object();

    private volatile MetadataImage image = MetadataImage.EMPTY;
    /** Of the image that all listeners have heard of: behind {@link #image}, which they may look at, while they are told. */
    private volatile long told = MetadataImage.EMPTY.version();

    private volatile boolean closed;

    /** @param pollInterval between two questions when nothing hints at a change */
    public ClusterMetadata(MetadataStore store, Clock clock, Scheduler scheduler, Duration pollInterval) {
        this.store = store;
        this.scheduler = scheduler;
        this.pollInterval = pollInterval;
        this.outage = new OutageReport(clock, LOG, "The metadata store");
    }

    /** Begins to follow. Call once, after the first listeners were added; the first image comes with the first answer. */
    public void start() {
        store.onChangeHint(this::poll);
        tick();
    }

    /** Stops following; the last image stays. */
    public void close() {
        closed = true;
    }

    /** The newest image; {@link MetadataImage#EMPTY} before the first answer. */
    public MetadataImage image() {
        return image;
    }

    /** Has {@code listener} told what is known already, as a change from nothing, and then of every change. */
    public void addListener(Listener listener) {
        synchronized (telling) {
            listeners.add(listener);
            MetadataImage known = image;
            if (known != MetadataImage.EMPTY) {
                tell(listener, MetadataImage.EMPTY, known, known.asDelta());
            }
        }
    }

    /**
     * Completes when {@link #image()} has at least {@code version} and the listeners have heard of it; never fails, so the
     * caller sets its own limit of time. Asks the store at once if the version is not there yet.
     */
    public CompletionStage<Void> awaitVersion(long version) {
        if (told >= version) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> waiter = waiters.computeIfAbsent(version, v -> new CompletableFuture<>());
        // Told between the look and the entry: nobody else would complete it before the next change.
        if (told >= version) {
            completeWaiters();
        } else {
            poll();
        }
        return waiter;
    }

    /** Asks the store for changes now and not at the next tick; called often while a question is under way, once more after it. */
    public void refresh() {
        poll();
    }

    private void tick() {
        if (!closed) {
            poll();
            scheduler.schedule(pollInterval, this::tick);
        }
    }

    /** Asks now, or once more after the question under way, whose answer may be older than what was hinted at. */
    private void poll() {
        if (wanted.getAndIncrement() == 0) {
            ask();
        }
    }

    private void ask() {
        if (closed) {
            return;
        }
        int covered = wanted.get();
        store.changesSince(image.version()).whenComplete((delta, failure) -> {
            if (failure != null) {
                outage.failed(failure);
                // Whoever asked meanwhile waits for the next tick: an outage must not become a busy loop.
                wanted.set(0);
                return;
            }
            accept(delta);
            if (wanted.addAndGet(-covered) != 0) {
                ask();
            }
        });
    }

    private void accept(MetadataDelta answer) {
        MetadataImage previous = image;
        if (answer.version() < previous.version()) {
            outage.failed(new IllegalStateException("it shows version " + answer.version()
                    + ", which is older than version " + previous.version() + " seen before"));
            return;
        }
        outage.succeeded();
        if (answer.version() == previous.version() && answer.isEmpty()) {
            return;
        }
        MetadataDelta delta = answer.wholeTopics(previous);
        MetadataImage next = previous.apply(delta);
        synchronized (telling) {
            image = next;
            for (Listener listener : listeners) {
                tell(listener, previous, next, delta);
            }
        }
        told = next.version();
        completeWaiters();
    }

    private static void tell(Listener listener, MetadataImage previous, MetadataImage next, MetadataDelta delta) {
        try {
            listener.onChange(previous, next, delta);
        } catch (RuntimeException | Error e) {
            // An error too, such as a library that does not load: the node would follow nothing any more, and not say
            // so.
            LOG.log(System.Logger.Level.ERROR, "A listener failed on metadata version " + next.version(), e);
        }
    }

    private void completeWaiters() {
        Map.Entry<Long, CompletableFuture<Void>> first = waiters.firstEntry();
        while (first != null && first.getKey() <= told) {
            // Taken out before it is completed: a waiter that enters later finds by itself that all is told.
            waiters.remove(first.getKey(), first.getValue());
            first.getValue().complete(null);
            first = waiters.firstEntry();
        }
    }
}
