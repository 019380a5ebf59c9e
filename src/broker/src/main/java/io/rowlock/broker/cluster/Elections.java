package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * This node's part in electing leaders, which every node has: looks for nodes whose leases have run out, and testifies against
 * those that refuse connections. Thread-safe, never blocks; each kind of question to the store is under way once at most, for
 * testimonies once per node.
 */
public final class Elections implements PeerWatch {

    private static final System.Logger LOG = System.getLogger(Elections.class.getName());
    /** Between two looks; a quarter more or less, so that nodes do not all look at once. */
    static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Duration JITTER = INTERVAL.dividedBy(2);
    /** Between two testimonies against the same registration. */
    static final Duration TESTIMONY_PAUSE = Duration.ofMillis(250);

    /** When this node last testified, and against which registration. */
    private record Testimony(long brokerEpoch, long atNanos) {}

    private final Membership membership;
    private final LeadershipStore store;
    private final Supplier<MetadataImage> image;
    private final Clock clock;
    private final Scheduler scheduler;
    private final RandomSource random;
    private final OutageReport outage;
    private final AtomicBoolean looking = new AtomicBoolean();
    /** The broker epochs under which this node reached others. */
    private final Map<Integer, Long> reached = new ConcurrentHashMap<>();

    /** Guarded by this. */
    private final Map<Integer, Testimony> testimonies = new HashMap<>();

    private volatile boolean closed;

    public Elections(
            Membership membership,
            LeadershipStore store,
            Supplier<MetadataImage> image,
            Clock clock,
            Scheduler scheduler,
            RandomSource random) {
        this.membership = membership;
        this.store = store;
        this.image = image;
        this.clock = clock;
        this.scheduler = scheduler;
        this.random = random;
        this.outage = new OutageReport(clock, LOG, "Looking for nodes whose leases ran out");
    }

    /** Begins to look. Call once. */
    public void start() {
        scheduler.schedule(
                INTERVAL.minus(JITTER.dividedBy(2)).plus(Duration.ofNanos(random.nextInt((int) JITTER.toNanos()))),
                this::tick);
    }

    /** Deposes nobody any more. */
    public void close() {
        closed = true;
    }

    private void tick() {
        if (closed) {
            return;
        }
        // A node that is alone asks nothing; one that may be to blame itself blames nobody.
        if (hasPeers() && membership.isSteady() && looking.compareAndSet(false, true)) {
            look();
        }
        start();
    }

    private boolean hasPeers() {
        for (NodeInfo node : image.get().nodes()) {
            if (node.id() != membership.nodeId() && node.isServing()) {
                return true;
            }
        }
        return false;
    }

    private void look() {
        store.deposeLapsed(membership.nodeId(), membership.brokerEpoch()).whenComplete((deposed, failure) -> {
            if (failure != null) {
                outage.failed(failure);
            } else {
                outage.succeeded();
                tell(deposed);
            }
            looking.set(false);
        });
    }

    private static void tell(Set<Integer> deposed) {
        if (!deposed.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Deposed nodes {0}, whose leases ran out: others in sync lead what they led",
                    deposed);
        }
    }

    @Override
    public void connected(int nodeId) {
        NodeInfo node = image.get().node(nodeId);
        if (node != null) {
            reached.put(nodeId, node.brokerEpoch());
        }
    }

    /**
     * Testifies, if this node had reached that registration before: one that starts is registered before it listens, and one
     * that nobody here can reach at all may be reached by its clients. Of one that stops by plan a refusal is expected: it has
     * handed over before it ceased to listen.
     */
    @Override
    public void refused(int nodeId) {
        NodeInfo node = image.get().node(nodeId);
        Long knownEpoch = reached.get(nodeId);
        if (closed
                || nodeId == membership.nodeId()
                || node == null
                || !node.isActive()
                || knownEpoch == null
                || knownEpoch != node.brokerEpoch()) {
            return;
        }
        if (isDue(nodeId, new Testimony(node.brokerEpoch(), clock.monotonicNanos()))) {
            testify(nodeId, node.brokerEpoch());
        }
    }

    /** Notes the testimony if it is to be given. */
    private synchronized boolean isDue(int nodeId, Testimony next) {
        Testimony last = testimonies.get(nodeId);
        boolean due = last == null
                || last.brokerEpoch() != next.brokerEpoch()
                || next.atNanos() - last.atNanos() >= TESTIMONY_PAUSE.toNanos();
        if (due) {
            testimonies.put(nodeId, next);
        }
        return due;
    }

    private void testify(int nodeId, long brokerEpoch) {
        store.testifyRefused(membership.nodeId(), membership.brokerEpoch(), nodeId, brokerEpoch)
                .whenComplete((deposed, failure) -> {
                    if (failure != null) {
                        LOG.log(
                                System.Logger.Level.DEBUG,
                                "Could not testify that node {0} refuses connections: {1}",
                                nodeId,
                                failure.getMessage());
                    } else if (deposed) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "Node {0} refuses connections and is deposed: others in sync lead what it led",
                                nodeId);
                    }
                });
    }
}
