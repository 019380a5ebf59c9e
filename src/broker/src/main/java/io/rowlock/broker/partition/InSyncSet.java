package io.rowlock.broker.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a leader knows of the in-sync replicas under one leader epoch: the set that the metadata store has confirmed, and the
 * change that it has asked for, which may be committed without the leader knowing it. Only the leader adds members while it
 * leads, so that no set can be committed that has a member outside of {@link #mayBeMembers}. Knows neither clock nor store;
 * confined to the partition's owner.
 */
final class InSyncSet {

    /**
     * What the leader wants the set to be.
     *
     * @param partitionEpoch of the state it was decided on: in no other will the store commit it
     */
    record Proposal(int partitionEpoch, List<Integer> members) {
        Proposal {
            members = List.copyOf(members);
        }
    }

    private int partitionEpoch;
    private List<Integer> confirmed;
    private List<Integer> mayBeMembers;
    private @Nullable Proposal open;
    /** A change that was refused may be committed all the same, by an earlier try. */
    private boolean lingering;

    InSyncSet(int partitionEpoch, List<Integer> confirmed) {
        this.partitionEpoch = partitionEpoch;
        this.confirmed = List.copyOf(confirmed);
        this.mayBeMembers = this.confirmed;
    }

    /** The members as the store last said. */
    List<Integer> confirmed() {
        return confirmed;
    }

    /**
     * All that may be members of the committed set now, or be so soon: the confirmed ones, those whose removal is not
     * confirmed among them, and those whose addition is asked for, whatever became of the question.
     */
    List<Integer> mayBeMembers() {
        return mayBeMembers;
    }

    /** The change whose outcome is not known, or null. While there is one, no other is asked for. */
    @Nullable
    Proposal open() {
        return open;
    }

    /**
     * Decides on a change, whose outcome is open from now on; null if nothing would change, or one is open.
     *
     * @param join to be added; of them those that are members already change nothing
     * @param leave to be removed
     */
    @Nullable
    Proposal propose(Collection<Integer> join, Collection<Integer> leave) {
        if (open != null) {
            return null;
        }
        List<Integer> wanted = new ArrayList<>(confirmed);
        wanted.removeAll(leave);
        join.stream().filter(member -> !confirmed.contains(member)).forEach(wanted::add);
        // The same set once more ends what lingers: in a later partition epoch it cannot be committed.
        if (wanted.equals(confirmed) && mayBeMembers.equals(confirmed)) {
            return null;
        }
        Proposal proposal = new Proposal(partitionEpoch, wanted);
        open = proposal;
        Set<Integer> all = new LinkedHashSet<>(mayBeMembers);
        all.addAll(wanted);
        mayBeMembers = List.copyOf(all);
        return proposal;
    }

    /**
     * The store has this state, by its answer or by the metadata. What is not newer than what is known says nothing. A newer one
     * settles what is open: either it is its outcome, or that can never be committed.
     *
     * @return whether it was news
     */
    boolean learned(int newPartitionEpoch, List<Integer> members) {
        if (newPartitionEpoch <= partitionEpoch) {
            return false;
        }
        partitionEpoch = newPartitionEpoch;
        confirmed = List.copyOf(members);
        mayBeMembers = confirmed;
        open = null;
        lingering = false;
        return true;
    }

    /**
     * The store refused the open change, which was decided on that partition epoch.
     *
     * @param lostAnswers whether it was asked for the same before, and nobody knows what became of that: it may yet be
     *     committed, and so its members linger
     */
    void refused(int decidedOn, boolean lostAnswers) {
        if (open != null && open.partitionEpoch() == decidedOn) {
            open = null;
            if (!lostAnswers && !lingering) {
                mayBeMembers = confirmed;
            }
            lingering |= lostAnswers;
        }
    }
}
