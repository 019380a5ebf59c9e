package io.rowlock.broker.cluster;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * The first part of a stop by plan, while the listeners still serve: others take over what this node leads, so that clients
 * find the new leaders before the old one is gone. Thread-safe, never blocks.
 */
public final class Departure {

    private static final System.Logger LOG = System.getLogger(Departure.class.getName());
    /** What the others get to hear of it, as long as they poll the store every tenth of a second. */
    static final Duration TO_BE_HEARD = Duration.ofMillis(300);

    private final Membership membership;
    private final LeadershipStore store;
    private final Supplier<MetadataImage> image;
    private final LongFunction<CompletionStage<Void>> served;
    private final Scheduler scheduler;

    /** @param served completes when this node does what the given version of the metadata says of its partitions */
    public Departure(
            Membership membership,
            LeadershipStore store,
            Supplier<MetadataImage> image,
            LongFunction<CompletionStage<Void>> served,
            Scheduler scheduler) {
        this.membership = membership;
        this.store = store;
        this.image = image;
        this.served = served;
        this.scheduler = scheduler;
    }

    /**
     * Hands over, and completes when this node has given up what others lead now and they had time to hear of it; at once where
     * there is nobody to take over. Never fails, and takes no longer than {@code limit}: a stop does not wait for a store that is
     * away.
     */
    public CompletionStage<Void> handOver(Duration limit) {
        membership.depart();
        if (!hasHeirs()) {
            return CompletableFuture.completedFuture(null);
        }
        boolean leads = leads();
        CompletableFuture<Void> over = new CompletableFuture<>();
        Scheduler.Timer late = scheduler.schedule(limit, () -> {
            if (over.complete(null)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Leaderships were not handed over within {0} ms; the node stops without",
                        limit.toMillis());
            }
        });
        store.handOver(membership.nodeId(), membership.brokerEpoch())
                .thenCompose(served::apply)
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "Leaderships could not be handed over; the node stops without",
                                failure);
                        over.complete(null);
                    } else if (leads) {
                        scheduler.schedule(TO_BE_HEARD, () -> over.complete(null));
                    } else {
                        over.complete(null);
                    }
                });
        return over.whenComplete((nothing, failure) -> late.cancel());
    }

    private boolean hasHeirs() {
        for (NodeInfo node : image.get().nodes()) {
            if (node.id() != membership.nodeId() && node.isActive()) {
                return true;
            }
        }
        return false;
    }

    private boolean leads() {
        for (TopicInfo topic : image.get().topics()) {
            for (PartitionInfo partition : topic.partitions()) {
                if (partition.leader() == membership.nodeId()) {
                    return true;
                }
            }
        }
        return false;
    }
}
