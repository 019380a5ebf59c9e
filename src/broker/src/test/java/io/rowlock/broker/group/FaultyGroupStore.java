package io.rowlock.broker.group;

import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.StatementTimedOutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A real store behind a line that a test disturbs. */
final class FaultyGroupStore implements GroupStore {

    /** How a statement goes. */
    enum Line {
        WHOLE,
        /** It does not arrive. */
        CUT,
        /** It is done, its answer lost. */
        ANSWER_LOST,
        /** It is given up, and nothing done. */
        TIMED_OUT,
        /** It waits until {@link #letGo}. */
        HELD,
        /** Its sender hears that the outcome is unknown; it is done when {@link #land} says so. */
        LATE
    }

    /** Of commits, writes of groups, deletions and fetches. */
    Line line = Line.WHOLE;
    /** Of everything else. */
    Line control = Line.WHOLE;
    /** Commits that meet a defect. */
    Predicate<OffsetCommit> poison = commit -> false;
    /** Groups whose writes meet a defect. */
    Predicate<GroupSnapshot> poisonedGroup = group -> false;

    /** Whether a question for groups throws instead of being asked. */
    boolean loadThrows;

    /** Groups whose writes take too long, alone or with others. */
    Predicate<GroupSnapshot> slow = group -> false;

    /** Groups that somebody has locked: what writes them times out. */
    Predicate<String> locked = group -> false;

    /** Told of each try to take slots whether it was a patient one. */
    Consumer<Boolean> onTake = patient -> {};

    /** Whether somebody writes in all slots that are tried. */
    boolean takesNothing;

    /** What was asked, in words. */
    final List<String> asked = new ArrayList<>();

    private final GroupStore store;
    private final List<Runnable> held = new ArrayList<>();
    private final List<CompletableFuture<?>> heldAnswers = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();

    FaultyGroupStore(GroupStore store) {
        this.store = store;
    }

    /** Statements that are held go through, in their order; the line stays as it is. */
    void letGo() {
        List<Runnable> waiting = List.copyOf(held);
        held.clear();
        heldAnswers.clear();
        waiting.forEach(Runnable::run);
    }

    /** Statements that are held fail. */
    void failHeld(RuntimeException failure) {
        List<CompletableFuture<?>> waiting = List.copyOf(heldAnswers);
        held.clear();
        heldAnswers.clear();
        waiting.forEach(answer -> answer.completeExceptionally(failure));
    }

    int heldStatements() {
        return held.size();
    }

    /** Statements whose senders have given them up arrive after all. */
    void land() {
        List<Runnable> arriving = List.copyOf(late);
        late.clear();
        arriving.forEach(Runnable::run);
    }

    void cut() {
        line = Line.CUT;
        control = Line.CUT;
    }

    void heal() {
        line = Line.WHOLE;
        control = Line.WHOLE;
    }

    private <T> CompletionStage<T> through(Line how, String words, Supplier<CompletionStage<T>> statement) {
        asked.add(words);
        CompletableFuture<T> unknown =
                CompletableFuture.failedFuture(new MetadataUnavailableException("cut", new Exception("cut")));
        switch (how) {
            case WHOLE -> {
                return statement.get();
            }
            case CUT -> {
                return unknown;
            }
            case TIMED_OUT -> {
                return CompletableFuture.failedFuture(
                        new StatementTimedOutException("timed out", new Exception("timed out")));
            }
            case ANSWER_LOST -> {
                run(statement);
                return unknown;
            }
            case LATE -> {
                late.add(() -> run(statement));
                return unknown;
            }
            case HELD -> {
                CompletableFuture<T> later = new CompletableFuture<>();
                held.add(() -> statement.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        later.complete(value);
                    } else {
                        later.completeExceptionally(failure);
                    }
                }));
                heldAnswers.add(later);
                return later;
            }
        }
        throw new AssertionError(how);
    }

    /** Nobody hears how it went. */
    private static <T> void run(Supplier<CompletionStage<T>> statement) {
        CompletionStage<T> unused = statement.get();
    }

    private Line lineFor(Stream<String> groups) {
        return groups.anyMatch(locked) ? Line.TIMED_OUT : line;
    }

    @Override
    public CompletionStage<List<SlotHolder>> slotHolders() {
        return through(control, "look", store::slotHolders);
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> acquireSlots(int nodeId, long brokerEpoch) {
        return through(control, "acquire", () -> store.acquireSlots(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> takeSlots(
            int nodeId, long brokerEpoch, Map<Integer, Long> seen, boolean patient) {
        onTake.accept(patient);
        if (takesNothing) {
            return CompletableFuture.completedFuture(Map.of());
        }
        return through(control, "take", () -> store.takeSlots(nodeId, brokerEpoch, seen, patient));
    }

    @Override
    public CompletionStage<Set<Integer>> releaseSlots(Map<Integer, Long> held) {
        return through(control, "release", () -> store.releaseSlots(held));
    }

    @Override
    public CompletionStage<List<GroupSnapshot>> loadGroups(Set<Integer> slots) {
        if (loadThrows) {
            throw new IllegalStateException("load");
        }
        return through(control, "load", () -> store.loadGroups(slots));
    }

    @Override
    public CompletionStage<Set<Integer>> writeGroups(Map<Integer, Long> held, List<GroupSnapshot> groups) {
        if (groups.stream().anyMatch(poisonedGroup)) {
            asked.add("poisoned group");
            return CompletableFuture.failedFuture(new IllegalStateException("poisoned group"));
        }
        return through(
                groups.stream().anyMatch(slow)
                        ? Line.CUT
                        : lineFor(groups.stream().map(GroupSnapshot::groupId)),
                "write " + groups.stream().map(GroupSnapshot::groupId).toList(),
                () -> store.writeGroups(held, groups));
    }

    @Override
    public CompletionStage<Set<Integer>> commitOffsets(Map<Integer, Long> held, List<OffsetCommit> commits) {
        if (commits.stream().anyMatch(poison)) {
            asked.add("poison");
            return CompletableFuture.failedFuture(new IllegalStateException("poison"));
        }
        return through(
                lineFor(commits.stream().map(commit -> commit.key().groupId())),
                "commit "
                        + commits.stream()
                                .map(commit -> commit.key().groupId() + "=" + commit.offset())
                                .toList(),
                () -> store.commitOffsets(held, commits));
    }

    @Override
    public CompletionStage<List<List<CommittedOffset>>> fetchOffsets(List<OffsetQuery> queries) {
        return through(
                line,
                "fetch " + queries.stream().map(OffsetQuery::groupId).toList(),
                () -> store.fetchOffsets(queries));
    }

    @Override
    public CompletionStage<Set<Integer>> deleteOffsets(Map<Integer, Long> held, List<OffsetKey> offsets) {
        return through(
                line,
                "delete offsets " + offsets.stream().map(OffsetKey::groupId).toList(),
                () -> store.deleteOffsets(held, offsets));
    }

    @Override
    public CompletionStage<Set<Integer>> deleteGroups(Map<Integer, Long> held, Set<String> groupIds) {
        return through(line, "delete " + groupIds, () -> store.deleteGroups(held, groupIds));
    }

    @Override
    public CompletionStage<Set<String>> expireOffsets(Map<Integer, Long> held, Duration retention) {
        return through(control, "expire", () -> store.expireOffsets(held, retention));
    }
}
