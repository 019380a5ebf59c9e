package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

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
            value = FaultyGroupStore.Line.class,
            names = {"WHOLE", "ANSWER_LOST"})
    void whatAnotherNodeDidMeanwhileIsNotOverwritten(FaultyGroupStore.Line back) {
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
}
