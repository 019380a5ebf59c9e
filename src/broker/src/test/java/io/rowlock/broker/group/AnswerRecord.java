package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What members were ever told, and whether it fits together, over all restarts of the coordinator. */
final class AnswerRecord {

    private final Map<Integer, String> leaders = new HashMap<>();
    private final Map<Integer, String> protocols = new HashMap<>();
    private final Map<Integer, Set<String>> generations = new HashMap<>();

    /** Of a static member its instance, which outlives its ids. */
    static String identity(String memberId) {
        return memberId.startsWith("instance") ? memberId.substring(0, memberId.indexOf('-')) : memberId;
    }

    static Bytes share(int generation, String memberId) {
        return Bytes.of((generation + "/" + identity(memberId)).getBytes(StandardCharsets.UTF_8));
    }

    void joined(JoinAnswer answer) {
        if (answer.error() != ErrorCode.NONE) {
            assertThat(answer.generation()).isEqualTo(-1);
            assertThat(answer.members()).isEmpty();
            return;
        }
        once(leaders, answer.generation(), identity(answer.leader()));
        once(protocols, answer.generation(), String.valueOf(answer.protocol()));
        boolean leads = answer.memberId().equals(answer.leader());
        assertThat(answer.members().isEmpty()).as("only the leader knows").isEqualTo(!leads);
        if (leads) {
            once(
                    generations,
                    answer.generation(),
                    answer.members().stream()
                            .map(member -> identity(member.memberId()))
                            .collect(Collectors.toSet()));
        }
    }

    private static <T> void once(Map<Integer, T> told, int generation, T now) {
        T before = told.putIfAbsent(generation, now);
        assertThat(before == null ? now : before)
                .as("generation %d is one", generation)
                .isEqualTo(now);
    }

    void synced(SyncAnswer answer, int generation, String memberId) {
        if (answer.error() == ErrorCode.NONE) {
            assertThat(answer.assignment().array())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(generation + "/" + identity(memberId));
        }
    }
}
