package io.rowlock.broker.group;

import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Has a shard's store look for expired offsets from time to time, slot by slot so that little waits for it. Confined to the owner. */
final class ShardExpiry {

    private final OwnerExecutor owner;
    private final Scheduler scheduler;
    private final CoordinatorSettings settings;
    private final ShardSlots slots;
    private final GroupTable groups;
    private final OperationQueue queue;
    private final ArrayDeque<Integer> toLookAt = new ArrayDeque<>();
    private boolean looking;
    private Scheduler.@Nullable Timer timer;
    private boolean stopped;

    ShardExpiry(
            OwnerExecutor owner,
            Scheduler scheduler,
            CoordinatorSettings settings,
            ShardSlots slots,
            GroupTable groups,
            OperationQueue queue) {
        this.owner = owner;
        this.scheduler = scheduler;
        this.settings = settings;
        this.slots = slots;
        this.groups = groups;
        this.queue = queue;
    }

    void start() {
        timer = scheduler.schedule(settings.retentionCheckInterval(), () -> owner.execute(this::look));
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
        toLookAt.clear();
    }

    private void look() {
        if (stopped) {
            return;
        }
        if (!looking) {
            toLookAt.addAll(slots.served());
            next();
        }
        start();
    }

    private void next() {
        Integer slot = toLookAt.poll();
        looking = slot != null;
        if (slot != null) {
            long before = queue.accepted();
            queue.add(new Expiry(slot, settings.offsetsRetention(), gone -> {
                gone.forEach(groupId -> groups.forget(groupId, before));
                next();
            }));
        }
    }
}
