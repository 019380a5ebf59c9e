package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.testkit.SimRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * What a cluster agrees on about one partition with the replicas 1, 2 and 3, by the rules of elections. Questions wait until they are
 * dealt with, answers get lost, and a question that seemed lost may be dealt with later.
 */
final class SimulatedStore {

    private record Question(
            int node,
            long brokerEpoch,
            InSyncChange change,
            BooleanSupplier alive,
            CompletableFuture<List<InSyncResult>> answer) {

        /** Nobody hears an answer in a process that died. */
        void complete(InSyncResult result) {
            if (alive.getAsBoolean()) {
                answer.complete(List.of(result));
            }
        }
    }

    private final SimRandom random;
    private final ReplicaSimulation.Tally tally;
    private final Map<Integer, Long> brokerEpochs = new HashMap<>();
    private final List<Integer> fenced = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private long epochs;
    private PartitionInfo now = new PartitionInfo(0, 1, 0, 0, List.of(1, 2, 3), List.of(1, 2, 3));

    SimulatedStore(SimRandom random, ReplicaSimulation.Tally tally) {
        this.random = random;
        this.tally = tally;
    }

    PartitionInfo now() {
        return now;
    }

    boolean isFenced(int node) {
        return fenced.contains(node);
    }

    /** Gives the node a broker epoch; what it leads it leads anew, and what nobody leads it may lead. */
    long register(int node) {
        brokerEpochs.put(node, ++epochs);
        fenced.remove((Integer) node);
        boolean orphan = now.leader() < 0 && now.inSyncReplicas().contains(node);
        if (now.leader() == node || orphan) {
            lead(node, now.inSyncReplicas());
        }
        return epochs;
    }

    private void lead(int node, List<Integer> inSync) {
        now = new PartitionInfo(0, node, now.leaderEpoch() + 1, now.partitionEpoch() + 1, now.replicas(), inSync);
    }

    /** Takes a node out of the cluster, though it may live; returns whether that was news. */
    boolean depose(int node, IntPredicate alive) {
        if (fenced.contains(node)) {
            return false;
        }
        fenced.add(node);
        List<Integer> others = new ArrayList<>(now.inSyncReplicas());
        boolean wasMember = others.remove((Integer) node);
        List<Integer> inSync = others.isEmpty() ? now.inSyncReplicas() : others;
        if (now.leader() == node) {
            int next = others.stream()
                    .filter(each -> alive.test(each) && !fenced.contains(each))
                    .findFirst()
                    .orElse(PartitionInfo.NO_LEADER);
            // Where nobody can lead, everybody who may have all of it stays.
            lead(next, next < 0 ? now.inSyncReplicas() : inSync);
        } else if (wasMember) {
            now = new PartitionInfo(
                    0, now.leader(), now.leaderEpoch(), now.partitionEpoch() + 1, now.replicas(), inSync);
        }
        return true;
    }

    /** @param alive whether the process that asks still lives */
    LeadershipStore asSeenBy(int node, BooleanSupplier alive) {
        return new LeadershipStore() {
            @Override
            public CompletionStage<List<InSyncResult>> alterInSync(
                    int nodeId, long brokerEpoch, List<InSyncChange> changes) {
                CompletableFuture<List<InSyncResult>> answer = new CompletableFuture<>();
                questions.add(new Question(node, brokerEpoch, changes.get(0), alive, answer));
                return answer;
            }

            @Override
            public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
                throw new UnsupportedOperationException();
            }

            @Override
            public CompletionStage<Boolean> testifyRefused(
                    int witness, long witnessEpoch, int refusing, long refusingEpoch) {
                throw new UnsupportedOperationException();
            }

            @Override
            public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
                throw new UnsupportedOperationException();
            }

            @Override
            public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(
                    ElectionType type, Set<PartitionId> partitions) {
                throw new UnsupportedOperationException();
            }
        };
    }

    /** Deals with one question, or loses it, or its answer. */
    void goOn() {
        if (questions.isEmpty()) {
            return;
        }
        Question question = questions.remove(random.nextInt(questions.size()));
        int fate = random.nextInt(10);
        if (fate == 0) {
            // Nobody hears of it for now.
            questions.add(question);
            lose(question);
        } else if (fate == 1) {
            decide(question);
            lose(question);
        } else {
            question.complete(decide(question));
        }
    }

    private void lose(Question question) {
        tally.lostAnswers++;
        if (question.alive().getAsBoolean()) {
            question.answer()
                    .completeExceptionally(new MetadataUnavailableException("lost", new IllegalStateException()));
        }
    }

    /** As {@link #goOn}, with nothing lost; returns whether there was a question. */
    boolean goOnWell() {
        if (questions.isEmpty()) {
            return false;
        }
        Question question = questions.remove(0);
        question.complete(decide(question));
        return true;
    }

    private long epochOf(int node) {
        return brokerEpochs.getOrDefault(node, -1L);
    }

    private InSyncResult decide(Question question) {
        InSyncChange change = question.change();
        if (now.leader() != question.node()
                || now.leaderEpoch() != change.leaderEpoch()
                || fenced.contains(question.node())
                || epochOf(question.node()) != question.brokerEpoch()) {
            return new InSyncResult.Refused(InSyncResult.Reason.NOT_LEADER, now);
        }
        if (now.partitionEpoch() != change.partitionEpoch()) {
            return new InSyncResult.Refused(InSyncResult.Reason.STALE, now);
        }
        boolean eligible = change.members().stream()
                .allMatch(member -> now.inSyncReplicas().contains(member.nodeId())
                        || (!fenced.contains(member.nodeId())
                                && epochOf(member.nodeId()) == member.brokerEpoch()
                                // A lease may be late, and renewed afterwards.
                                && !random.chance(200)));
        if (!eligible) {
            return new InSyncResult.Refused(InSyncResult.Reason.INELIGIBLE, now);
        }
        tally.inSyncChanges++;
        now = new PartitionInfo(
                0,
                now.leader(),
                now.leaderEpoch(),
                now.partitionEpoch() + 1,
                now.replicas(),
                change.members().stream().map(InSyncChange.Member::nodeId).toList());
        return new InSyncResult.Altered(now);
    }
}
