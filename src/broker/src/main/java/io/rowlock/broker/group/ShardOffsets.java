package io.rowlock.broker.group;

import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What clients ask of a shard that waits for the store, but not for longer than they are made to wait. Confined to the owner. */
final class ShardOffsets {

    private final OwnerExecutor owner;
    private final GroupShard.Ports ports;
    private final Duration timeout;
    private final GroupTable groups;
    private final OperationQueue queue;
    private final ShardDoubts doubts;
    private Scheduler.@Nullable Timer timer;

    ShardOffsets(
            OwnerExecutor owner,
            GroupShard.Ports ports,
            Duration timeout,
            GroupTable groups,
            OperationQueue queue,
            ShardDoubts doubts) {
        this.owner = owner;
        this.ports = ports;
        this.timeout = timeout;
        this.groups = groups;
        this.queue = queue;
        this.doubts = doubts;
    }

    void commit(String groupId, int slot, MemberClaim claim, List<OffsetCommit> offsets, Consumer<ErrorCode> answer) {
        long now = groups.now();
        GroupEntry entry = groups.find(groupId);
        ErrorCode error = entry == null ? checkStranger(claim) : entry.group().checkCommit(claim, now);
        if (error != ErrorCode.NONE) {
            answer.accept(error);
            return;
        }
        Runnable kept = () -> groups.keptSomehow(groupId);
        offer(new CommitOperation(groupId, slot, deadline(), offsets, kept, answer));
        if (entry != null) {
            entry.touch(queue.accepted());
            groups.settle(entry, now);
        }
    }

    /** A group that nobody has joined takes commits of clients that are no members. */
    private static ErrorCode checkStranger(MemberClaim claim) {
        return claim.generation() < 0 ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND;
    }

    void fetch(OffsetQuery query, int slot, Consumer<FetchedOffsets> answer) {
        offer(new FetchOperation(slot, deadline(), query, answer));
    }

    void deleteOffsets(String groupId, int slot, List<TopicOffsets> topics, Consumer<DeletedOffsets> answer) {
        GroupEntry entry = groups.find(groupId);
        OffsetDeletionPlan plan = OffsetDeletionPlan.of(entry == null ? null : entry.group(), topics);
        if (plan.error() != ErrorCode.NONE || plan.offsets().isEmpty()) {
            answer.accept(new DeletedOffsets(plan.error(), plan.subscribed()));
            return;
        }
        offer(new OffsetDeletion(
                groupId,
                slot,
                deadline(),
                plan.offsets(),
                error -> answer.accept(
                        error == ErrorCode.NONE
                                ? new DeletedOffsets(error, plan.subscribed())
                                : DeletedOffsets.refused(error))));
    }

    void deleteGroup(String groupId, int slot, Consumer<ErrorCode> answer) {
        GroupEntry entry = groups.find(groupId);
        if (entry == null) {
            answer.accept(ErrorCode.GROUP_ID_NOT_FOUND);
            return;
        }
        GroupSnapshot before = entry.group().snapshot();
        ErrorCode error = entry.group().delete();
        if (error != ErrorCode.NONE) {
            answer.accept(error);
            return;
        }
        entry.deleted(before);
        groups.drop(entry);
        long accepted = queue.accepted();
        offer(new GroupDeletion(
                groupId, slot, deadline(), outcome(before, entry.published() != null, accepted), answer));
    }

    /**
     * @param kept whether the store had the group
     * @param accepted how many operations were accepted before the deletion
     */
    private GroupDeletion.Outcome outcome(GroupSnapshot before, boolean kept, long accepted) {
        String groupId = before.groupId();
        return new GroupDeletion.Outcome() {
            @Override
            public void done() {
                // What was under way before it may have brought the group back here meanwhile.
                groups.forget(groupId, accepted);
            }

            @Override
            public void notDone() {
                if (kept) {
                    doubts.unchanged(before);
                } else {
                    doubts.add(groupId);
                }
            }

            @Override
            public void inDoubt() {
                doubts.add(groupId);
            }
        };
    }

    private long deadline() {
        return groups.now() + timeout.toNanos();
    }

    private void offer(Operation operation) {
        if (!queue.offer(operation)) {
            operation.refuse(OperationQueue.TRY_AGAIN);
        } else if (timer == null) {
            watch(operation.deadlineNanos());
        }
    }

    /** One timer for all, because time is up for them in the order in which they came. */
    private void watch(long deadline) {
        timer = ports.scheduler()
                .schedule(
                        Duration.ofNanos(Math.max(0, deadline - groups.now())),
                        () -> owner.execute(this::expire, Runnable::run));
    }

    private void expire() {
        timer = null;
        long next = queue.expire(groups.now());
        if (next != Operation.NO_DEADLINE) {
            watch(next);
        }
    }

    /** Nobody waits any longer. */
    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
