package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a shard of which it is not known how the store has them: each is loaded anew, and nobody is told anything of
 * it before. Confined to the owner.
 */
final class ShardDoubts {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    private final GroupTable groups;
    private final OperationQueue queue;
    private final IntPredicate served;
    private final Set<String> withheld = new HashSet<>();

    /** @param served whether the groups of a slot are still to be served */
    ShardDoubts(GroupTable groups, OperationQueue queue, IntPredicate served) {
        this.groups = groups;
        this.queue = queue;
        this.served = served;
    }

    boolean isEmpty() {
        return withheld.isEmpty();
    }

    /** What a request is told that concerns a group; NONE if there is no doubt about it. */
    ErrorCode refusal(String groupId) {
        return withheld.contains(groupId) ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NONE;
    }

    /** Loads a group anew; until then it is withheld, unless it has come to life again meanwhile. */
    void add(String groupId) {
        int slot = GroupSlots.of(groupId);
        if (!served.test(slot)) {
            withheld.remove(groupId);
            return;
        }
        if (groups.find(groupId) == null) {
            withheld.add(groupId);
        }
        queue.add(new GroupReload(groupId, slot, found -> reloaded(groupId, found), () -> add(groupId)));
    }

    /** Puts a group back that is kept as it was, unless it has come to life again meanwhile. */
    void unchanged(GroupSnapshot before) {
        if (served.test(GroupSlots.of(before.groupId())) && groups.find(before.groupId()) == null) {
            restore(before);
        }
    }

    private void reloaded(String groupId, @Nullable GroupSnapshot found) {
        boolean restored = withheld.remove(groupId);
        if (found != null && restored) {
            restore(found);
        } else if (found != null) {
            groups.keptSomehow(groupId);
        }
    }

    /** A group that cannot be restored begins anew, and harms no other. */
    void restore(GroupSnapshot snapshot) {
        try {
            groups.restore(snapshot);
        } catch (RuntimeException e) {
            String problem = "Group " + snapshot.groupId() + " cannot be restored; its members have to join again";
            LOG.log(System.Logger.Level.ERROR, problem, e);
        }
    }
}
