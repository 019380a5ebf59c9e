package io.rowlock.broker.group;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Where groups and committed offsets are kept: PostgreSQL in a running node, memory in tests. Every method is one
 * transaction; when its stage completes, what it returns is committed.
 *
 * <p>Who writes names the slots concerned with the epochs under which it holds them ({@code held}). The transaction locks
 * these slots in share mode for as long as it lasts, and whoever takes or releases a slot changes its epoch: so a coordinator that
 * lost a slot, or a statement of which its own coordinator has lost sight, changes nothing there any more. Writes return
 * the slots of {@code held} that are no longer held under that epoch; what concerned those was not written, all else was. A group whose
 * slot is not among {@code held} is a defect of the caller, and so is an id or a text that cannot be kept: {@link
 * WriteRules#isGroupId} and {@link WriteRules#isText} tell whoever hears one from a client. Either fails with {@link
 * IllegalArgumentException}, and nothing is written.
 *
 * <p>Thread-safe, never blocks. A stage that fails with {@link io.rowlock.broker.cluster.MetadataUnavailableException} says
 * nothing about the outcome, and its transaction may even still be under way: whoever goes on writing acquires the slots
 * anew before, which ends it. Any other failure is a defect.
 */
public interface GroupStore {

    /** Who has each slot now, by their numbers. Cheap: asked a few times a second. */
    CompletionStage<List<SlotHolder>> slotHolders();

    /**
     * Takes anew the slots that are the node's, those of an earlier process of it included. Each gets an epoch that it never
     * had before; transactions that still hold such a slot are waited for. Completes with all slots that this process, which
     * its broker epoch names, holds now, and since when without anybody between: that survives calls whose answers were lost.
     * Safe to repeat. Takes nothing if {@code brokerEpoch} is no longer the node's, was deposed or
     * has stopped; a node that is about to stop serves as before.
     */
    CompletionStage<Map<Integer, SlotGrant>> acquireSlots(int nodeId, long brokerEpoch);

    /**
     * Takes slots whoever has them, as {@link #acquireSlots} takes the node's own, but only those that nobody has taken or
     * given back since they were seen. Completes with those taken.
     *
     * @param seen the slots wanted, with the epochs that {@link #slotHolders} showed
     * @param patient whether transactions that hold such a slot are waited for; otherwise these slots are left out
     */
    CompletionStage<Map<Integer, SlotGrant>> takeSlots(
            int nodeId, long brokerEpoch, Map<Integer, Long> seen, boolean patient);

    /**
     * Gives slots back, so that another node takes them at once; those that are not held under that epoch (any more) stay as
     * they are. Completes with those given back.
     */
    CompletionStage<Set<Integer>> releaseSlots(Map<Integer, Long> held);

    /** All groups of some slots. */
    CompletionStage<List<GroupSnapshot>> loadGroups(Set<Integer> slots);

    /** Keeps each group as it is given, members included and in this order, whether the store knew it or not. No group stands twice in the list. */
    CompletionStage<Set<Integer>> writeGroups(Map<Integer, Long> held, List<GroupSnapshot> groups);

    /**
     * Keeps committed offsets in the order given: of several for the same partition of a group, the last wins. A group that the
     * store does not know becomes one without members. An offset of a topic that no longer exists is left out.
     */
    CompletionStage<Set<Integer>> commitOffsets(Map<Integer, Long> held, List<OffsetCommit> commits);

    /** The committed offsets of each query, in the order of the queries; without those of topics that no longer exist. */
    CompletionStage<List<List<CommittedOffset>>> fetchOffsets(List<OffsetQuery> queries);

    /** Forgets committed offsets; what was not there does not matter. */
    CompletionStage<Set<Integer>> deleteOffsets(Map<Integer, Long> held, List<OffsetKey> offsets);

    /** Forgets groups with all their committed offsets; those that are not there do not matter. */
    CompletionStage<Set<Integer>> deleteGroups(Map<Integer, Long> held, Set<String> groupIds);

    /**
     * Forgets committed offsets that nobody came back for, and then the groups that have neither members nor offsets left;
     * completes with the ids of these groups. Goes slot by slot, each a transaction or two, so that writes wait for little. An offset has expired {@code retention} after it was committed, or after the
     * time that its commit asked for; where the group uses a protocol type and has no members, not before it has been empty
     * for as long; where it has members, only if it is stable and they do not subscribe to the topic (KIP-211).
     */
    CompletionStage<Set<String>> expireOffsets(Map<Integer, Long> held, Duration retention);
}
