package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for what the leaders on this node want, with one question under way: what comes meanwhile goes with the next.
 * What got no answer is asked again until there is one, since only an answer or a later state of the partition tells what became
 * of it. Thread-safe, never blocks.
 */
public final class InSyncChanges implements InSyncProposals {

    private static final System.Logger LOG = System.getLogger(InSyncChanges.class.getName());

    private static final int CHANGES_MAX = 5_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** @param lostAnswers whether it was asked for before, without an answer */
    private record Wish(Partition partition, InSyncChange change, boolean lostAnswers) {

        Wish withoutAnswer() {
            return new Wish(partition, change, true);
        }
    }

    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final LeadershipStore store;
    private final Scheduler scheduler;
    private Map<PartitionId, Wish> waiting = new LinkedHashMap<>();
    private boolean busy;
    private Duration pause = FIRST_PAUSE;

    /** @param brokerEpoch of the node's present registration */
    public InSyncChanges(int nodeId, LongSupplier brokerEpoch, LeadershipStore store, Scheduler scheduler) {
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.store = store;
        this.scheduler = scheduler;
    }

    @Override
    public void propose(Partition partition, InSyncChange change) {
        synchronized (this) {
            waiting.put(change.partition(), new Wish(partition, change, false));
            if (busy) {
                return;
            }
            busy = true;
        }
        ask();
    }

    private void ask() {
        List<Wish> wishes = take();
        if (wishes.isEmpty()) {
            return;
        }
        List<InSyncChange> changes = wishes.stream().map(Wish::change).toList();
        store.alterInSync(nodeId, brokerEpoch.getAsLong(), changes).whenComplete((results, failure) -> {
            if (failure == null && results != null) {
                answered(wishes, results);
            } else {
                failed(wishes, failure);
            }
        });
    }

    private synchronized List<Wish> take() {
        List<Wish> taken = new ArrayList<>();
        Map<PartitionId, Wish> left = new LinkedHashMap<>();
        waiting.forEach((id, wish) -> {
            if (taken.size() < CHANGES_MAX) {
                taken.add(wish);
            } else {
                left.put(id, wish);
            }
        });
        waiting = left;
        busy = !taken.isEmpty();
        return taken;
    }

    private void answered(List<Wish> wishes, List<InSyncResult> results) {
        synchronized (this) {
            pause = FIRST_PAUSE;
        }
        boolean again = false;
        for (int i = 0; i < wishes.size(); i++) {
            Wish wish = wishes.get(i);
            InSyncResult result = results.get(i);
            if (isOfOldRegistration(wish.change(), result)) {
                keep(wish);
                again = true;
            } else {
                Partition partition = wish.partition();
                partition
                        .owner()
                        .execute(partition, () -> partition.inSyncAnswered(wish.change(), result, wish.lostAnswers()));
            }
        }
        if (again) {
            askLater();
        } else {
            ask();
        }
    }

    /** Whether the node leads and only the registration under which it asked was not its latest any more. */
    private boolean isOfOldRegistration(InSyncChange change, InSyncResult result) {
        return result instanceof InSyncResult.Refused refused
                && refused.reason() == InSyncResult.Reason.NOT_LEADER
                && refused.now() != null
                && refused.now().leader() == nodeId
                && refused.now().leaderEpoch() == change.leaderEpoch();
    }

    private void failed(List<Wish> wishes, @Nullable Throwable failure) {
        LOG.log(
                System.Logger.Level.WARNING,
                "In-sync replicas of {0} partitions could not be agreed on, which is tried again: {1}",
                wishes.size(),
                failure == null ? "no answer" : failure.getMessage());
        wishes.forEach(wish -> keep(wish.withoutAnswer()));
        askLater();
    }

    /** To be asked again, unless the partition wants something else by now. */
    private synchronized void keep(Wish wish) {
        waiting.putIfAbsent(wish.change().partition(), wish);
    }

    private void askLater() {
        Duration now;
        synchronized (this) {
            now = pause;
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
        scheduler.schedule(now, this::ask);
    }
}
