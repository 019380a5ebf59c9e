package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which answers wait until a group is kept, and how many. */
class CoordinatorAnswersTest {

    private final CoordinatorBench bench = new CoordinatorBench().start();

    @Test
    void whoeverIsTurnedDownDoesNotWaitForTheStore() {
        bench.store.line = Line.CUT;
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(10));
        MemberClaim nobody = new MemberClaim("nobody", null, 1);
        Reply<SyncAnswer> synced = bench.sync("g", nobody);
        Reply<JoinAnswer> rejoined = bench.join("g", nobody);
        Reply<LeaveAnswer> left = bench.leave("g", nobody);
        bench.run();
        assertThat(synced.get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rejoined.get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(left.get().members()).extracting(LeaveAnswer.Left::error).containsOnly(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(joined.waits()).isTrue();
    }

    @Test
    void soManyAnswersWaitAndNoMore() {
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        MemberClaim member = CoordinatorBench.claim(joined.get());
        bench.store.line = Line.HELD;
        List<Reply<SyncAnswer>> waiting = new ArrayList<>();
        for (int i = 1; i < GroupTable.ANSWERS_MAX; i++) {
            waiting.add(bench.sync("g", member));
        }
        bench.run();
        Reply<SyncAnswer> last = bench.sync("g", member);
        bench.run();
        assertThat(last.waits()).isTrue();
        Reply<SyncAnswer> tooMuch = bench.sync("g", member);
        Reply<JoinAnswer> another = bench.join("another", CoordinatorBench.STRANGER);
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        bench.run();
        assertThat(tooMuch.get().error()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(another.get().error()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(waiting).allMatch(reply -> reply.get().error() == ErrorCode.NONE);
        assertThat(last.get().error()).isEqualTo(ErrorCode.NONE);
        Reply<SyncAnswer> next = bench.sync("g", member);
        bench.run();
        assertThat(next.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void answersThatAreRefusedWaitNoLonger() {
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        MemberClaim member = CoordinatorBench.claim(joined.get());
        bench.store.line = Line.HELD;
        List<Reply<SyncAnswer>> waiting = new ArrayList<>();
        for (int i = 0; i < GroupTable.ANSWERS_MAX; i++) {
            waiting.add(bench.sync("g", member));
        }
        bench.run();
        bench.store.failHeld(new IllegalStateException("defect"));
        bench.store.line = Line.WHOLE;
        bench.elapse(Duration.ofSeconds(3));
        assertThat(waiting).noneMatch(Reply::waits);
        Reply<SyncAnswer> next = bench.sync("g", member);
        bench.run();
        assertThat(next.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGroupWhoseRuleIsBrokenWhenSomethingIsDueIsCalledAgain() {
        bench.member("g");
        bench.clockBroken = true;
        bench.elapse(Duration.ofSeconds(20));
        assertThat(bench.kept()).extracting(GroupSnapshot::phase).containsExactly(GroupPhase.STABLE);
        bench.clockBroken = false;
        bench.elapse(Duration.ofSeconds(3));
        assertThat(bench.kept()).extracting(GroupSnapshot::phase).containsExactly(GroupPhase.EMPTY);
    }
}
