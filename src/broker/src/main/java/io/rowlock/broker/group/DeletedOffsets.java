package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.Set;

/**
 * What became of the deletion of some of a group's committed offsets.
 *
 * @param error why nothing was deleted, or NONE
 * @param subscribed names of the topics whose offsets stay, because members of the group subscribe to them
 */
public record DeletedOffsets(ErrorCode error, Set<String> subscribed) {

    static DeletedOffsets refused(ErrorCode error) {
        return new DeletedOffsets(error, Set.of());
    }
}
