package io.rowlock.broker.group;

import java.util.List;

/**
 * What follows from an event that a group has met.
 *
 * @param write whether the group must be kept as it is now before anybody hears of it
 * @param answers to be run on the owner, in this order, when that is done; each answers one request and does not block
 */
public record Effects(boolean write, List<Runnable> answers) {

    public static final Effects NONE = new Effects(false, List.of());
}
