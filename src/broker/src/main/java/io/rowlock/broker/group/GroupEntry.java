package io.rowlock.broker.group;

import io.rowlock.ports.Scheduler;
import org.jspecify.annotations.Nullable;

/** A group as its shard knows it: with what is kept of it, and with what is still to be kept. Confined to the owner. */
final class GroupEntry {

    private final ClassicGroup group;
    /** The group as the store has it; null if it does not. */
    private @Nullable GroupSnapshot kept;
    /** The group as it was before it was deleted. */
    private @Nullable GroupSnapshot last;

    private @Nullable GroupWrite newestWrite;

    private Scheduler.@Nullable Timer timer;
    private long timerAtNanos;
    /** The shard's count of accepted operations when the last of this group was accepted. */
    private long touched;

    GroupEntry(ClassicGroup group, @Nullable GroupSnapshot kept) {
        this.group = group;
        this.kept = kept;
    }

    String groupId() {
        return group.groupId();
    }

    ClassicGroup group() {
        return group;
    }

    /** What is to be kept of the group now. */
    GroupSnapshot snapshot() {
        return last == null ? group.snapshot() : last;
    }

    /**
     * What may be told of the group: as it is, unless that is not kept yet; then as it was kept before. Null if nothing of it
     * is kept.
     */
    @Nullable
    GroupSnapshot published() {
        return newestWrite == null && kept != null ? group.snapshot() : kept;
    }

    /** As {@link #published}, in short. */
    @Nullable
    GroupListing listing() {
        GroupSnapshot before = kept;
        if (before == null) {
            return null;
        }
        return newestWrite == null
                ? new GroupListing(groupId(), group.phase(), group.protocolType())
                : GroupListing.of(before);
    }

    /** Ends the group, which has no members. */
    void deleted(GroupSnapshot before) {
        last = before;
    }

    // What is to be kept

    /** The last write that is not kept yet: whatever the group tells from now on waits for it. */
    @Nullable
    GroupWrite newestWrite() {
        return newestWrite;
    }

    void newestWrite(GroupWrite write) {
        newestWrite = write;
    }

    void kept(GroupWrite write, GroupSnapshot snapshot) {
        kept = snapshot;
        notKept(write);
    }

    void notKept(GroupWrite write) {
        if (newestWrite == write) {
            newestWrite = null;
        }
    }

    /** The store has the group, with whatever it knew of it before. */
    void keptSomehow() {
        if (kept == null) {
            kept = GroupSnapshot.empty(groupId());
        }
    }

    /** Whether the store has the group. */
    boolean isKept() {
        return kept != null;
    }

    /** The store has the group no more. */
    void forgotten() {
        kept = null;
    }

    void touch(long accepted) {
        touched = accepted;
    }

    boolean isTouchedSince(long accepted) {
        return touched > accepted;
    }

    /** Whether nothing is kept of the group, nothing will be, and nothing goes on in it. */
    boolean isNothing() {
        return kept == null
                && newestWrite == null
                && group.phase() == GroupPhase.EMPTY
                && group.nextDueNanos() == Long.MAX_VALUE;
    }

    // Its timer

    /** Whether a timer rings at {@code dueNanos} or before. */
    boolean isWatched(long dueNanos) {
        return timer != null && timerAtNanos - dueNanos <= 0;
    }

    void watch(Scheduler.Timer next, long dueNanos) {
        unwatch();
        timer = next;
        timerAtNanos = dueNanos;
    }

    void rang() {
        timer = null;
    }

    void unwatch() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
