package io.rowlock.broker.group;

import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/**
 * One group of the classic protocol, whose members assign among themselves: who belongs to it, and which generation it is in. It
 * decides only: nothing here waits, reads a clock or does I/O. Confined to its owner; times are monotonic nanoseconds.
 *
 * <p>Every request is answered by an {@link Answer} in some event's effects, its own or a later one's.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ClassicGroup {

    /** A group that nobody has joined yet. */
    ClassicGroup(String groupId, GroupSettings settings, RandomSource random) {
        throw new UnsupportedOperationException();
    }

    /** The group as it was kept. Its members' timeouts begin anew, and none of them has to join again because of it. */
    static ClassicGroup restore(GroupSnapshot kept, GroupSettings settings, RandomSource random, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    public Effects join(JoinCommand command, long nowNanos, Consumer<JoinAnswer> answer) {
        throw new UnsupportedOperationException();
    }

    public Effects sync(SyncCommand command, long nowNanos, Consumer<SyncAnswer> answer) {
        throw new UnsupportedOperationException();
    }

    /** Never waits; its answer tells nothing that has to be kept first. */
    public Effects heartbeat(MemberClaim claim, long nowNanos, Consumer<ErrorCode> answer) {
        throw new UnsupportedOperationException();
    }

    public Effects leave(List<LeavingMember> leaving, long nowNanos, Consumer<LeaveAnswer> answer) {
        throw new UnsupportedOperationException();
    }

    /** Does what is due. Harmless if nothing is. */
    public Effects onTime(long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** When to call {@link #onTime}, or {@link Long#MAX_VALUE}. Only an event moves it to an earlier time. */
    public long nextDueNanos() {
        throw new UnsupportedOperationException();
    }

    /** Whether such a client may commit offsets; if so, the member shows that it lives. */
    public ErrorCode checkCommit(MemberClaim claim, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** Whether offsets may be deleted; those of topics that {@link #isSubscribedTo} names must not. */
    public ErrorCode checkOffsetDelete() {
        throw new UnsupportedOperationException();
    }

    /** Ends the group for ever, unless it has members: then NON_EMPTY_GROUP. */
    public ErrorCode delete() {
        throw new UnsupportedOperationException();
    }

    /** Ends the group here, because it is no longer this node's: whoever waits is told {@code error}. */
    public Effects abandon(ErrorCode error) {
        throw new UnsupportedOperationException();
    }

    public String groupId() {
        throw new UnsupportedOperationException();
    }

    public GroupPhase phase() {
        throw new UnsupportedOperationException();
    }

    /** The group as it is now. */
    public GroupSnapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    /** Whether members consume the topic; true if this is a consumer group and cannot be told. */
    public boolean isSubscribedTo(String topic) {
        throw new UnsupportedOperationException();
    }
}
