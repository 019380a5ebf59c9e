package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a coordinator believes about its groups after something happened to them of which it did not hear. */
class CoordinatorDoubtTest {

    private static final ErrorCode TRY_AGAIN = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;

    private final CoordinatorBench bench = new CoordinatorBench().start();

    private void beat(MemberClaim member, int seconds) {
        for (int second = 0; second < seconds; second++) {
            bench.elapse(Duration.ofSeconds(1));
            bench.heartbeat("g", member);
            bench.run();
        }
    }

    /** @param back how the line is when slots are acquired for the first time again */
    @ParameterizedTest
    @EnumSource(
            value = Line.class,
            names = {"WHOLE", "ANSWER_LOST"})
    void whatAnotherNodeDidMeanwhileIsNotOverwritten(Line back) {
        MemberClaim member = bench.member("g");
        bench.commit("g", member, 5);
        bench.run();
        bench.store.cut();
        bench.commit("g", member, 6);
        Reply<JoinAnswer> waiting = bench.join("g", CoordinatorBench.STRANGER);
        beat(member, 7);
        Map<Integer, Long> held = bench.takeOver(2);
        assertThat(held).hasSize(GroupSlots.COUNT);
        bench.writeElsewhere(
                held,
                List.of(new GroupSnapshot("g", GroupPhase.EMPTY, "consumer", 7, null, null, null, List.of())),
                List.of(new OffsetCommit(new OffsetKey("g", CoordinatorBench.TOPIC, 0), 50, -1, "", null)));
        beat(member, 7);
        bench.store.control = back;
        beat(member, 3);
        bench.store.heal();
        beat(member, 3);
        assertThat(waiting.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        Reply<ErrorCode> stale = bench.commit("g", member, 6);
        bench.run();
        assertThat(stale.get()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(bench.keptOffset("g", 0)).isEqualTo(50);
        bench.member("g");
        assertThat(bench.kept()).extracting(GroupSnapshot::generation).containsExactly(8);
    }

    @Test
    void slotsOfANodeWhoseLeaseLapsedAreNotTakenBeforeItIsToBlame() {
        bench.elapse(Duration.ofSeconds(7));
        assertThat(bench.takeOver(2)).hasSize(GroupSlots.COUNT);
        bench.mayDepose = false;
        bench.commit("g", 6);
        bench.elapse(Duration.ofSeconds(30));
        assertThat(bench.coordinator().coordinator("g")).isNotEqualTo(1);
        bench.mayDepose = true;
        bench.elapse(Duration.ofSeconds(3));
        assertThat(bench.coordinator().coordinator("g")).isEqualTo(1);
    }

    @Test
    void ofAGroupThatWasDeletedAndJoinedAnewTheNewOneIsKept() {
        MemberClaim member = bench.member("g");
        bench.store.cut();
        Reply<LeaveAnswer> left = bench.leave("g", member);
        bench.elapse(Duration.ofMillis(10));
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        bench.elapse(Duration.ofMillis(10));
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(CoordinatorBench.COMMIT_TIMEOUT.plusSeconds(1));
        assertThat(deleted.get()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(left.waits()).isTrue();
        assertThat(joined.waits()).isTrue();
        bench.store.heal();
        bench.elapse(Duration.ofSeconds(3));
        MemberClaim told = CoordinatorBench.claim(joined.get());
        assertThat(bench.kept()).singleElement().satisfies(kept -> {
            assertThat(kept.generation()).isEqualTo(told.generation());
            assertThat(kept.members()).extracting(MemberSnapshot::memberId).containsExactly(told.memberId());
        });
    }

    @Test
    void aGroupThatACommitUnderWayBroughtBackIsForgottenWithItsDeletion() {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = Line.HELD;
        Reply<ErrorCode> commit = bench.commit("g", 6);
        bench.run();
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        bench.run();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(deleted.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept()).isEmpty();
        assertThat(bench.list().groups()).isEmpty();
    }

    @Test
    void aGroupThatIsCommittedToAfterItsDeletionIsThere() {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = Line.HELD;
        bench.commit("g", 6);
        bench.run();
        bench.deleteGroup("g");
        bench.commit("g", 7);
        bench.run();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(bench.kept()).hasSize(1);
        assertThat(bench.list().groups()).hasSize(1);
        assertThat(bench.offset("g")).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(
            value = Line.class,
            names = {"CUT", "ANSWER_LOST", "LATE"})
    void afterADeletionInDoubtTheGroupIsAsItIsKept(Line fault) {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = fault;
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        bench.run();
        assertThat(deleted.get()).isEqualTo(TRY_AGAIN);
        bench.store.heal();
        bench.elapse(Duration.ofSeconds(5));
        bench.store.land();
        assertThat(bench.kept()).hasSize(fault == Line.ANSWER_LOST ? 0 : 1);
        assertThat(bench.list().error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.list().groups()).hasSameSizeAs(bench.kept());
        assertThat(bench.describe("g").get().error())
                .isEqualTo(fault == Line.ANSWER_LOST ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE);
    }

    @Test
    void aGroupInDoubtIsWithheldUntilItIsKnown() {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = Line.ANSWER_LOST;
        bench.store.control = Line.CUT;
        bench.deleteGroup("g");
        bench.run();
        Reply<ErrorCode> commit = bench.commit("g", 6);
        Reply<JoinAnswer> join = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        assertThat(commit.get()).isEqualTo(TRY_AGAIN);
        assertThat(join.get().error()).isEqualTo(TRY_AGAIN);
        bench.store.heal();
        bench.elapse(Duration.ofSeconds(3));
        bench.member("g");
        assertThat(bench.list().groups()).hasSize(1);
        assertThat(bench.keptOffset("g", 0)).isEqualTo(-1);
    }

    @Test
    void aGroupThatCannotBeKeptGoesOnAsItWas() {
        MemberClaim member = bench.member("g");
        GroupSnapshot before = bench.kept().get(0);
        bench.store.poisonedGroup = group -> group.groupId().equals("g");
        Reply<JoinAnswer> second = bench.join("g", CoordinatorBench.STRANGER);
        bench.run();
        assertThat(second.get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        bench.elapse(Duration.ofSeconds(3));
        assertThat(bench.describe("g").get().group()).isEqualTo(before);
        assertThat(bench.list().groups()).containsExactly(GroupListing.of(before));
        assertThat(bench.kept()).containsExactly(before);
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        Reply<ErrorCode> commit = bench.commit("g", member, 5);
        Reply<SyncAnswer> synced = bench.sync("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(synced.get().error()).isEqualTo(ErrorCode.NONE);
        bench.store.poisonedGroup = group -> false;
        bench.join("g", CoordinatorBench.STRANGER);
        bench.run();
        assertThat(bench.describe("g").get().group())
                .isEqualTo(bench.kept().get(0))
                .isNotEqualTo(before);
    }

    @Test
    void whatHasBeenDecidedSinceIsGivenUpWithAWriteThatIsUnderWay() {
        MemberClaim member = bench.member("g");
        bench.store.line = Line.HELD;
        Reply<JoinAnswer> second = bench.join("g", CoordinatorBench.STRANGER);
        bench.run();
        Reply<LeaveAnswer> left = bench.leave("g", member);
        bench.run();
        assertThat(bench.store.heldStatements()).isEqualTo(1);
        bench.store.failHeld(new IllegalStateException("defect"));
        bench.store.line = Line.WHOLE;
        bench.elapse(Duration.ofSeconds(3));
        assertThat(left.get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(second.get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept())
                .hasSize(1)
                .extracting(GroupListing::of)
                .isEqualTo(bench.list().groups());
    }

    @Test
    void aStoreThatThrowsWhereGroupsAreLoadedIsAskedAgain() {
        bench.commit("g", 5);
        bench.run();
        bench.store.loadThrows = true;
        bench.start();
        bench.elapse(Duration.ofSeconds(3));
        assertThat(bench.isLoaded()).isFalse();
        bench.store.loadThrows = false;
        bench.elapse(Duration.ofSeconds(3));
        assertThat(bench.isLoaded()).isTrue();
        assertThat(bench.list().groups()).hasSize(1);
    }
}
