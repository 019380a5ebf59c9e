package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a leader must count with, against a store that decides late and whose answers get lost. */
class InSyncSetTest {

    /** A compare-and-set that was asked for and not decided, perhaps one that the leader believes lost. */
    private record Asked(InSyncSet.Proposal proposal, boolean lost) {}

    /** The store's side, one question after the other. */
    private static final class Store {
        int partitionEpoch = 1;
        List<Integer> members = List.of(1, 2, 3);

        boolean decide(InSyncSet.Proposal proposal) {
            if (proposal.partitionEpoch() != partitionEpoch) {
                return false;
            }
            set(proposal.members());
            return true;
        }

        void set(List<Integer> next) {
            partitionEpoch++;
            members = next;
        }
    }

    @Test
    void whoeverMayBeAMemberIsCountedWith() {
        int lingered = 0;
        for (long seed = 0; seed < 2000; seed++) {
            lingered += history(new SimRandom(seed), seed);
        }
        assertThat(lingered).isGreaterThan(100);
    }

    private static int history(SimRandom random, long seed) {
        Store store = new Store();
        InSyncSet set = new InSyncSet(store.partitionEpoch, store.members);
        List<Asked> questions = new ArrayList<>();
        int lateCommits = 0;
        for (int i = 0; i < 60; i++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    InSyncSet.Proposal proposal = random.chance(500)
                            ? set.propose(List.of(2 + random.nextInt(4)), List.of())
                            : set.propose(List.of(), Set.of(2 + random.nextInt(4)));
                    if (proposal != null) {
                        questions.add(new Asked(proposal, false));
                    }
                }
                case 2 -> {
                    // No answer: it is asked again, and the first question may yet be decided.
                    questions.stream().filter(each -> !each.lost()).findFirst().ifPresent(each -> {
                        questions.remove(each);
                        questions.add(new Asked(each.proposal(), true));
                        questions.add(new Asked(each.proposal(), false));
                    });
                }
                case 3, 4 -> {
                    if (!questions.isEmpty()) {
                        Asked asked = questions.remove(random.nextInt(questions.size()));
                        boolean again = questions.stream()
                                .anyMatch(each -> each.lost() && each.proposal().equals(asked.proposal()));
                        boolean refused = !asked.lost() && random.chance(300);
                        if (refused && asked.proposal().partitionEpoch() == store.partitionEpoch) {
                            set.refused(asked.proposal().partitionEpoch(), again);
                        } else {
                            lateCommits += store.decide(asked.proposal()) && asked.lost() ? 1 : 0;
                            if (!asked.lost()) {
                                set.learned(store.partitionEpoch, store.members);
                            }
                        }
                    }
                }
                default -> {
                    if (random.chance(200)) {
                        // An election takes a dead member out.
                        List<Integer> left = new ArrayList<>(store.members);
                        left.remove((Integer) (2 + random.nextInt(4)));
                        store.set(left);
                    } else {
                        set.learned(store.partitionEpoch, store.members);
                    }
                }
            }
            assertThat(set.mayBeMembers()).as("seed %s, step %s", seed, i).containsAll(store.members);
        }
        return lateCommits;
    }

    @Test
    void aRemovalCountsOnlyOnceTheStoreSaysSo() {
        InSyncSet set = new InSyncSet(4, List.of(1, 2));
        InSyncSet.Proposal proposal = Objects.requireNonNull(set.propose(List.of(), List.of(2)));
        assertThat(proposal).isEqualTo(new InSyncSet.Proposal(4, List.of(1)));
        assertThat(set.mayBeMembers()).containsExactly(1, 2);
        assertThat(set.confirmed()).containsExactly(1, 2);
        assertThat(set.propose(List.of(3), List.of())).as("while one is open").isNull();
        assertThat(set.learned(4, List.of(1))).isFalse();
        assertThat(set.mayBeMembers()).containsExactly(1, 2);
        assertThat(set.learned(5, List.of(1))).isTrue();
        assertThat(set.mayBeMembers()).containsExactly(1);
    }

    @Test
    void anAdditionCountsAtOnceAndUntilItIsRefused() {
        InSyncSet set = new InSyncSet(4, List.of(1));
        set.propose(List.of(2), List.of());
        assertThat(set.mayBeMembers()).containsExactly(1, 2);
        assertThat(set.confirmed()).containsExactly(1);
        set.refused(4, false);
        assertThat(set.mayBeMembers()).containsExactly(1);
        assertThat(set.propose(List.of(), List.of())).isNull();
    }

    @Test
    void whatMayBeCommittedByALostQuestionIsEndedByAskingForTheSameSet() {
        InSyncSet set = new InSyncSet(4, List.of(1));
        set.propose(List.of(2), List.of());
        set.refused(4, true);
        assertThat(set.mayBeMembers()).containsExactly(1, 2);
        assertThat(set.propose(List.of(), List.of())).isEqualTo(new InSyncSet.Proposal(4, List.of(1)));
        set.learned(5, List.of(1));
        assertThat(set.mayBeMembers()).containsExactly(1);
        assertThat(set.propose(List.of(), List.of())).isNull();
    }
}
