package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Brings leaderships back to the node that is to have them, after it came back itself: each node asks for its own, so that no
 * two ask for the same. As Kafka's {@code auto.leader.rebalance.enable}. Thread-safe, never blocks.
 */
public final class PreferredLeaders {

    private static final System.Logger LOG = System.getLogger(PreferredLeaders.class.getName());
    /** As Kafka's controller has it. */
    static final int ELECTIONS_PER_ROUND_MAX = 1_000;

    private final Membership membership;
    private final LeadershipStore store;
    private final Supplier<MetadataImage> image;
    private final Supplier<BrokerSettings> settings;
    private final Scheduler scheduler;
    private final RandomSource random;
    private final OutageReport outage;
    private volatile boolean closed;

    public PreferredLeaders(
            Membership membership,
            LeadershipStore store,
            Supplier<MetadataImage> image,
            Supplier<BrokerSettings> settings,
            Clock clock,
            Scheduler scheduler,
            RandomSource random) {
        this.membership = membership;
        this.store = store;
        this.image = image;
        this.settings = settings;
        this.scheduler = scheduler;
        this.random = random;
        this.outage = new OutageReport(clock, LOG, "Bringing leaderships back to this node");
    }

    /** Begins to look now and then. Call once. */
    public void start() {
        Duration interval = settings.get().leaderRebalance().interval();
        // Up to a tenth more: nodes that started together do not all ask at once.
        long jitter = random.nextInt(Math.max(1, (int) Math.min(Integer.MAX_VALUE, interval.toMillis() / 10)));
        scheduler.schedule(interval.plusMillis(jitter), this::tick);
    }

    /** Asks for nothing any more. */
    public void close() {
        closed = true;
    }

    private void tick() {
        if (closed) {
            return;
        }
        BrokerSettings.LeaderRebalanceValues values = settings.get().leaderRebalance();
        if (values.enabled() && membership.isHeld()) {
            Set<PartitionId> wanted = toBringBack(image.get(), membership.nodeId());
            if (!wanted.isEmpty()) {
                elect(wanted);
            }
        }
        start();
    }

    /** The partitions that {@code self} is to lead and can lead, but does not; {@value #ELECTIONS_PER_ROUND_MAX} at most. */
    static Set<PartitionId> toBringBack(MetadataImage now, int self) {
        Set<PartitionId> wanted = new HashSet<>();
        for (TopicInfo topic : now.topics()) {
            for (PartitionInfo partition : topic.partitions()) {
                if (wanted.size() == ELECTIONS_PER_ROUND_MAX) {
                    return wanted;
                }
                if (partition.replicas().get(0) == self
                        && partition.leader() != self
                        && partition.inSyncReplicas().contains(self)) {
                    wanted.add(new PartitionId(topic.id(), partition.index()));
                }
            }
        }
        return wanted;
    }

    private void elect(Set<PartitionId> wanted) {
        store.elect(ElectionType.PREFERRED, wanted).whenComplete((outcomes, failure) -> {
            if (failure != null) {
                outage.failed(failure);
                return;
            }
            outage.succeeded();
            long elected = outcomes.values().stream()
                    .filter(outcome -> outcome == ElectionOutcome.ELECTED)
                    .count();
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} of {1} partitions that this node is to lead were brought back to it",
                    elected,
                    wanted.size());
        });
    }
}
