package io.rowlock.broker.group;

/**
 * Who has a slot, as the store shows it.
 *
 * @param nodeId {@link #NOBODY} for none
 * @param brokerEpoch of the registration under which that node took it; 0 for none
 * @param epoch of the slot: it grows whenever the slot is taken or given back, so whoever knows it knows whether that happened
 * @param lapsed whether the lease of the node that has it has run out
 */
public record SlotHolder(int nodeId, long brokerEpoch, long epoch, boolean lapsed) {

    /** No node's id. */
    public static final int NOBODY = -1;
}
