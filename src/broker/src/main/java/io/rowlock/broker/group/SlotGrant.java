package io.rowlock.broker.group;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * A slot as a node holds it.
 *
 * @param epoch under which the node writes from now on
 * @param since the epoch under which this process of the node took it from somebody else, or as the first one: whoever holds
 *     it under an epoch that is not below has seen everything that was written there
 */
public record SlotGrant(long epoch, long since) {

    /** Whether nobody else can have held the slot since it was granted under {@code earlier} to the same process. */
    public boolean continues(long earlier) {
        return since <= earlier;
    }

    /** What writes name: the slots with their epochs. */
    public static Map<Integer, Long> epochs(Map<Integer, SlotGrant> grants) {
        return grants.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, grant -> grant.getValue().epoch()));
    }
}
