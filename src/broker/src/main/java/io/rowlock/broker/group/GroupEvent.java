package io.rowlock.broker.group;

/** Something that happens to a group. Runs on the group's owner and does not block. */
@FunctionalInterface
public interface GroupEvent {

    Effects on(ClassicGroup group, long nowNanos);
}
