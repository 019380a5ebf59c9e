package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a coordinator tells, and when, while its store answers. */
class CoordinatorTest {

    private final CoordinatorBench bench = new CoordinatorBench().start();

    private List<String> statements() {
        List<String> asked = new ArrayList<>(bench.store.asked);
        bench.store.asked.clear();
        return asked;
    }

    @Test
    void aMemberHearsOfItsGenerationWhenThatIsKept() {
        bench.store.line = Line.HELD;
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        assertThat(joined.waits()).isTrue();
        assertThat(bench.kept()).isEmpty();
        bench.store.letGo();
        bench.run();
        while (joined.waits() && bench.store.heldStatements() > 0) {
            bench.store.letGo();
            bench.run();
        }
        assertThat(joined.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept())
                .extracting(GroupSnapshot::generation)
                .containsExactly(joined.get().generation());
    }

    @Test
    void neitherAHeartbeatNorWhoeverIsTurnedDownWaitsForWhatIsNotKeptYet() {
        MemberClaim member = bench.member("g");
        bench.store.line = Line.HELD;
        Reply<JoinAnswer> second = bench.join("g", CoordinatorBench.STRANGER);
        Reply<SyncAnswer> stale = bench.sync("g", new MemberClaim("nobody", null, 1));
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(bench.store.heldStatements()).isEqualTo(1);
        assertThat(stale.get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(second.waits()).isTrue();
    }

    @Test
    void whatComesWhileAStatementIsUnderWayGoesTogether() {
        bench.store.line = Line.HELD;
        Reply<ErrorCode> first = bench.commit("a", 1);
        bench.run();
        List<Reply<ErrorCode>> others = List.of(bench.commit("a", 2), bench.commit("b", 3), bench.commit("c", 4));
        bench.run();
        assertThat(first.waits()).isTrue();
        bench.store.letGo();
        bench.run();
        assertThat(first.get()).isEqualTo(ErrorCode.NONE);
        assertThat(others).allMatch(Reply::waits);
        bench.store.letGo();
        bench.run();
        assertThat(others).allMatch(other -> other.get() == ErrorCode.NONE);
        assertThat(statements()).containsSubsequence("commit [a=1]", "commit [a=2, b=3, c=4]");
    }

    @Test
    void anOperationOvertakesOnlyThoseOfOtherGroups() {
        bench.store.line = Line.HELD;
        bench.commit("z", 0);
        bench.run();
        statements();
        bench.commit("a", 1);
        Reply<FetchedOffsets> afterOne = bench.fetch("a");
        bench.commit("b", 1);
        bench.commit("a", 2);
        Reply<FetchedOffsets> other = bench.fetch("c");
        Reply<FetchedOffsets> afterTwo = bench.fetch("a");
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(statements()).containsExactly("commit [a=1, b=1]", "fetch [a, c]", "commit [a=2]", "fetch [a]");
        assertThat(CoordinatorBench.offset(afterOne.get())).isEqualTo(1);
        assertThat(CoordinatorBench.offset(afterTwo.get())).isEqualTo(2);
        assertThat(CoordinatorBench.offset(other.get())).isEqualTo(-1);
    }

    @Test
    void theLastCommitWins() {
        bench.commit("a", 7);
        bench.commit("a", 9);
        bench.commit("a", 8);
        bench.run();
        assertThat(bench.offset("a")).isEqualTo(8);
    }

    @Test
    void aGroupThatChangesAgainIsWrittenOnceAsItIsThen() {
        bench.store.line = Line.HELD;
        bench.commit("z", 0);
        bench.run();
        Reply<JoinAnswer> one = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        statements();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(one.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(statements()).containsExactly("write [g]");
    }

    @Test
    void aHeartbeatSetsNoTimer() {
        MemberClaim member = bench.member("g");
        int timers = bench.scheduler.pending();
        for (int second = 0; second < 100; second++) {
            Reply<ErrorCode> beat = bench.heartbeat("g", member);
            bench.elapse(Duration.ofSeconds(1));
            assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
            assertThat(bench.scheduler.pending()).isLessThanOrEqualTo(timers);
        }
        bench.elapse(Duration.ofSeconds(11));
        assertThat(bench.describe("g").get().group())
                .isNotNull()
                .extracting(GroupSnapshot::phase)
                .isEqualTo(GroupPhase.EMPTY);
    }

    @Test
    void onlyWhatIsKeptIsToldOfAGroup() {
        bench.store.line = Line.HELD;
        bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        assertThat(bench.describe("g").get().error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(bench.list().groups()).isEmpty();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(bench.describe("g").get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.list().groups()).extracting(GroupListing::groupId).containsExactly("g");
    }

    @Test
    void strangersCommitForGroupsWithoutMembersOnly() {
        bench.member("g");
        Reply<ErrorCode> stranger = bench.commit("g", 1);
        Reply<ErrorCode> ghost = bench.commit("nobody", new MemberClaim("m", null, 3), 1);
        bench.run();
        assertThat(stranger.get()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(ghost.get()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(bench.describe("nobody").get().error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void aMemberCommitsUnderItsGeneration() {
        MemberClaim member = bench.member("g");
        Reply<ErrorCode> current = bench.commit("g", member, 5);
        Reply<ErrorCode> older =
                bench.commit("g", new MemberClaim(member.memberId(), null, member.generation() - 1), 4);
        bench.run();
        assertThat(current.get()).isEqualTo(ErrorCode.NONE);
        assertThat(older.get()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(bench.offset("g")).isEqualTo(5);
    }

    @Test
    void offsetsOfTopicsThatMembersConsumeAreNotDeleted() {
        MemberClaim member = bench.member("g");
        bench.commit("g", member, 5);
        bench.commit("simple", 6);
        bench.run();
        Reply<DeletedOffsets> subscribed = bench.deleteOffsets("g");
        Reply<DeletedOffsets> free = bench.deleteOffsets("simple");
        Reply<DeletedOffsets> nobody = bench.deleteOffsets("nobody");
        bench.run();
        assertThat(subscribed.get().subscribed()).containsExactly("orders");
        assertThat(free.get()).isEqualTo(new DeletedOffsets(ErrorCode.NONE, Set.of()));
        assertThat(nobody.get().error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(bench.offset("g")).isEqualTo(5);
        assertThat(bench.offset("simple")).isEqualTo(-1);
    }

    @Test
    void aGroupWithoutMembersIsDeletedWithItsOffsets() {
        bench.member("busy");
        bench.commit("simple", 6);
        bench.run();
        Reply<ErrorCode> busy = bench.deleteGroup("busy");
        Reply<ErrorCode> simple = bench.deleteGroup("simple");
        Reply<ErrorCode> again = bench.deleteGroup("simple");
        bench.run();
        assertThat(busy.get()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        assertThat(simple.get()).isEqualTo(ErrorCode.NONE);
        assertThat(again.get()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(bench.kept()).extracting(GroupSnapshot::groupId).containsExactly("busy");
        assertThat(bench.offset("simple")).isEqualTo(-1);
    }

    @Test
    void aGroupThatIsJoinedAfterItsDeletionIsANewOne() {
        bench.commit("g", 6);
        bench.run();
        bench.store.line = Line.HELD;
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(deleted.get()).isEqualTo(ErrorCode.NONE);
        assertThat(joined.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept()).extracting(GroupSnapshot::generation).containsExactly(1);
        assertThat(bench.offset("g")).isEqualTo(-1);
    }

    @Test
    void expiredGroupsAreForgotten() {
        bench.commit("old", 1);
        bench.elapse(CoordinatorBench.RETENTION.minusMinutes(5));
        bench.commit("new", 1);
        bench.elapse(Duration.ofMinutes(4));
        assertThat(bench.list().groups()).hasSize(2);
        bench.elapse(CoordinatorBench.EXPIRY_INTERVAL);
        assertThat(bench.list().groups()).extracting(GroupListing::groupId).containsExactly("new");
        assertThat(bench.kept()).extracting(GroupSnapshot::groupId).containsExactly("new");
    }

    @Test
    void aGroupToWhichSomebodyCameBackIsNotForgotten() {
        bench.commit("g", 1);
        bench.elapse(CoordinatorBench.RETENTION.minusMinutes(5));
        bench.store.control = Line.HELD;
        bench.elapse(CoordinatorBench.EXPIRY_INTERVAL);
        assertThat(bench.store.heldStatements()).isEqualTo(1);
        Reply<ErrorCode> commit = bench.commit("g", 2);
        bench.run();
        bench.store.control = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.list().groups()).extracting(GroupListing::groupId).containsExactly("g");
        assertThat(bench.offset("g")).isEqualTo(2);
    }

    @Test
    void tooMuchAtOnceIsRefused() {
        CoordinatorBench small = new CoordinatorBench(new OperationQueue.Limits(3, 1 << 20, 100, 1 << 20)).start();
        small.store.line = Line.HELD;
        List<Reply<ErrorCode>> taken = List.of(small.commit("a", 1), small.commit("b", 1), small.commit("c", 1));
        Reply<ErrorCode> refused = small.commit("d", 1);
        small.run();
        assertThat(refused.get()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(taken).allMatch(Reply::waits);
        small.store.line = Line.WHOLE;
        small.store.letGo();
        small.run();
        assertThat(taken).allMatch(reply -> reply.get() == ErrorCode.NONE);
        Reply<ErrorCode> again = small.commit("d", 1);
        small.run();
        assertThat(again.get()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void tooManyBytesAtOnceAreRefused() {
        long two = 2L * CommitOperation.OFFSET_BYTES;
        CoordinatorBench small = new CoordinatorBench(new OperationQueue.Limits(100, two, 100, 1 << 20)).start();
        small.store.line = Line.HELD;
        List<Reply<ErrorCode>> taken = List.of(small.commit("a", 1), small.commit("b", 1));
        Reply<ErrorCode> refused = small.commit("c", 1);
        small.run();
        assertThat(refused.get()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(taken).allMatch(Reply::waits);
        CoordinatorBench least = new CoordinatorBench(new OperationQueue.Limits(100, 1, 100, 1 << 20)).start();
        Reply<ErrorCode> alone = least.commit("a", 1);
        least.run();
        assertThat(alone.get()).as("one alone always has room").isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aStatementHoldsNoMoreThanItMay() {
        CoordinatorBench small = new CoordinatorBench(new OperationQueue.Limits(100, 1 << 20, 2, 1 << 20)).start();
        small.store.asked.clear();
        for (int i = 0; i < 5; i++) {
            small.commit("g" + i, i);
        }
        small.run();
        assertThat(small.store.asked).containsExactly("commit [g0=0, g1=1]", "commit [g2=2, g3=3]", "commit [g4=4]");
    }

    /** Of three groups that change at once, two that are so large have room in one statement. */
    private static List<String> writes(int statementMax, long statementBytesMax) {
        CoordinatorBench small =
                new CoordinatorBench(new OperationQueue.Limits(100, 1 << 20, statementMax, statementBytesMax)).start();
        small.store.line = Line.HELD;
        small.commit("z", 0);
        small.run();
        small.store.asked.clear();
        List.of("a", "b", "c").forEach(group -> small.join(group, CoordinatorBench.STRANGER));
        small.run();
        small.store.line = Line.WHOLE;
        small.store.letGo();
        small.run();
        return List.copyOf(small.store.asked);
    }

    @Test
    void aStatementHoldsNoMoreThanItMayOfGroupsAsTheyAreWhenItIsSent() {
        int weight = GroupWrite.WEIGHT + 2;
        long bytes = Member.bytes(List.of(TestMember.protocol("range")));
        List<String> two = List.of("write [a, b]", "write [c]");
        List<String> one = List.of("write [a]", "write [b]", "write [c]");
        assertThat(writes(1_000, 1 << 20)).containsExactly("write [a, b, c]");
        assertThat(writes(3 * weight, 1 << 20)).containsExactly("write [a, b, c]");
        assertThat(writes(3 * weight - 1, 1 << 20)).isEqualTo(two);
        assertThat(writes(2 * weight - 1, 1 << 20)).isEqualTo(one);
        assertThat(writes(1_000, 3 * bytes)).containsExactly("write [a, b, c]");
        assertThat(writes(1_000, 3 * bytes - 1)).isEqualTo(two);
        assertThat(writes(1_000, 2 * bytes - 1)).isEqualTo(one);
        assertThat(writes(1, 1)).isEqualTo(one);
    }

    /** Three groups are asked for all that they have committed, at once. */
    private static List<String> fetches(int statementMax, long statementBytesMax) {
        CoordinatorBench small =
                new CoordinatorBench(new OperationQueue.Limits(100, 1 << 20, statementMax, statementBytesMax)).start();
        small.store.asked.clear();
        for (String group : List.of("a", "b", "c")) {
            small.coordinator().fetch(new OffsetQuery(group, null), Runnable::run, found -> {});
        }
        small.run();
        return List.copyOf(small.store.asked);
    }

    @Test
    void aStatementAsksForNoMoreOffsetsThanItMay() {
        int two = 2 * OffsetQuery.ALL;
        assertThat(fetches(two + 1, Long.MAX_VALUE)).containsExactly("fetch [a, b]", "fetch [c]");
        assertThat(fetches(two, Long.MAX_VALUE)).containsExactly("fetch [a, b]", "fetch [c]");
        assertThat(fetches(two - 1, Long.MAX_VALUE)).containsExactly("fetch [a]", "fetch [b]", "fetch [c]");
        long bytes = (long) two * FetchOperation.OFFSET_BYTES;
        assertThat(fetches(100 * two, bytes)).containsExactly("fetch [a, b]", "fetch [c]");
        assertThat(fetches(100 * two, bytes - 1)).containsExactly("fetch [a]", "fetch [b]", "fetch [c]");
    }

    private Reply<JoinAnswer> knock(String group) {
        Reply<JoinAnswer> reply = new Reply<>();
        JoinCommand command = new JoinCommand(
                "",
                null,
                "client",
                "/127.0.0.1",
                10_000,
                60_000,
                "consumer",
                List.of(TestMember.protocol("range")),
                null,
                true,
                true);
        bench.coordinator()
                .onGroup(
                        group,
                        true,
                        Runnable::run,
                        (met, now) -> met.join(command, now, reply),
                        error -> reply.accept(JoinAnswer.refused(error, "")));
        bench.run();
        return reply;
    }

    @Test
    void groupsThatAreKeptTakeNoRoomFromOthers() {
        bench.member("kept");
        for (int i = 0; i < GroupTable.UNKEPT_MAX; i++) {
            assertThat(knock("g" + i).get().error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        }
        assertThat(knock("beyond").get().error()).isEqualTo(OperationQueue.TRY_AGAIN);
    }

    @Test
    void thereAreNotManyGroupsOfWhichNothingIsKept() {
        for (int i = 0; i < GroupTable.UNKEPT_MAX; i++) {
            assertThat(knock("g" + i).get().error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        }
        assertThat(knock("beyond").get().error()).isEqualTo(OperationQueue.TRY_AGAIN);
        assertThat(knock("g1").get().error()).as("one that is there").isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        Reply<ErrorCode> commit = bench.commit("another", 1);
        bench.run();
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        bench.elapse(Duration.ofSeconds(11));
        assertThat(knock("beyond").get().error())
                .as("when the others are forgotten")
                .isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    }

    @Test
    void groupsOfAllShardsAreListed() {
        CoordinatorBench many = new CoordinatorBench().shards(3).start();
        for (int i = 0; i < 10; i++) {
            many.commit("g" + i, i);
        }
        many.run();
        assertThat(many.list().groups()).hasSize(10);
        assertThat(many.offset("g7")).isEqualTo(7);
    }
}
