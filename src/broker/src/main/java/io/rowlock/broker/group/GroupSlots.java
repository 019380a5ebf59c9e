package io.rowlock.broker.group;

/** The hash slots over which a cluster's groups are spread; each has one coordinator at a time. */
public final class GroupSlots {

    /** How many there are: a property of the data in PostgreSQL, the same for all nodes and for ever. */
    public static final int COUNT = 64;

    private GroupSlots() {}

    /** The slot of a group, 0 to {@link #COUNT} - 1: by Java's string hash, which its language specification fixes. */
    public static int of(String groupId) {
        return Math.floorMod(groupId.hashCode(), COUNT);
    }
}
