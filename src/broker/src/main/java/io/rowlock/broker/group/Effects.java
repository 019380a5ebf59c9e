package io.rowlock.broker.group;

import java.util.List;

/**
 * What follows from an event that a group has met.
 *
 * @param write whether the group must be kept as it is now before anybody hears of it
 * @param answers to be sent on the owner, in this order, when that is done
 */
public record Effects(boolean write, List<Answer> answers) {

    public static final Effects NONE = new Effects(false, List.of());
}
