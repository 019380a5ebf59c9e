package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.RunningCommand;
import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** kcat's balanced consumer ({@code -G}): librdkafka's groups with automatic commits. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kcat", version = "1.7.1 with librdkafka 2.0.2", what = "groups with automatic commits")
class KcatGroupTest {
    private static final int PARTITIONS = 4;
    private static final Pattern ASSIGNED = Pattern.compile(" \\[(\\d+)]");

    @BeforeAll
    static void kcatIsInstalled() {
        KcatTest.kcatIsInstalled();
    }

    /** A member of the group that is named as its topic. Prints {@code partition:value} for each record. */
    private static RunningCommand member(ServerProcess server, String topic, String... more) {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", server.bootstrap(), "-u", "-f", "%p:%s\n"));
        command.addAll(List.of("-X", "auto.offset.reset=earliest"));
        command.addAll(List.of(more));
        command.addAll(List.of("-G", topic, topic));
        return RunningCommand.start(command);
    }

    /** What the member said last about its partitions; none before it said anything, or when all were taken from it. */
    private static Set<Integer> owned(RunningCommand member) {
        String last = member.errLines().stream()
                .filter(line -> line.contains("rebalanced"))
                .reduce("", (earlier, later) -> later);
        Set<Integer> partitions = new TreeSet<>();
        if (last.contains("assigned:")) {
            Matcher named = ASSIGNED.matcher(last);
            while (named.find()) {
                partitions.add(Integer.parseInt(named.group(1)));
            }
        }
        return partitions;
    }

    private static void await(String what, BooleanSupplier condition, RunningCommand... members) {
        long deadline = System.nanoTime() + Clients.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + Clients.PATIENCE + ": " + what + "\n"
                        + Arrays.stream(members).map(RunningCommand::toString).collect(Collectors.joining("\n")));
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static List<String> consumed(RunningCommand... members) {
        return Arrays.stream(members)
                .flatMap(member -> member.outLines().stream())
                .toList();
    }

    /** Ten records to each partition; what a member prints for them. */
    private static List<String> produce(ServerProcess server, String topic, String round) {
        List<String> lines = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int n = 0; n < 10; n++) {
                for (int p = 0; p < PARTITIONS; p++) {
                    String value = round + n;
                    lines.add(p + ":" + value);
                    Clients.done(producer.send(new ProducerRecord<>(topic, p, null, value.getBytes(UTF_8))));
                }
            }
        }
        return lines;
    }

    private static Map<Integer, Long> committed(ServerProcess server, String group) {
        Map<Integer, Long> offsets = new TreeMap<>();
        try (Admin admin = Clients.admin(server)) {
            Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
        }
        return offsets;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void twoMembersShareOneTakesOverAndTheNextResumes(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-group", PARTITIONS, Map.of());
        List<String> produced = new ArrayList<>(produce(server, topic, "a"));
        try (RunningCommand first = member(server, topic)) {
            await("the first 40 records", () -> consumed(first).size() >= 40, first);
            try (RunningCommand second = member(server, topic)) {
                await("two partitions each", () -> share(first, second), first, second);
                produced.addAll(produce(server, topic, "b"));
                await("the next 40", () -> consumed(first, second).size() >= 80, first, second);
                assertThat(consumed(first, second)).containsExactlyInAnyOrderElementsOf(produced);
                assertThat(second.outLines()).hasSize(20);

                assertThat(second.stop().expectSuccess().exitCode()).isZero();
                await("all partitions for who stays", () -> owned(first).size() == PARTITIONS, first);
                produced.addAll(produce(server, topic, "c"));
                await("the last 40", () -> consumed(first, second).size() >= 120, first, second);
                assertThat(consumed(first, second)).containsExactlyInAnyOrderElementsOf(produced);
            }
            first.stop().expectSuccess();
        }
        assertThat(committed(server, topic)).isEqualTo(Map.of(0, 30L, 1, 30L, 2, 30L, 3, 30L));

        List<String> afterwards = produce(server, topic, "d");
        try (RunningCommand next = member(server, topic)) {
            await("what came meanwhile", () -> consumed(next).size() >= 40, next);
            assertThat(consumed(next)).containsExactlyInAnyOrderElementsOf(afterwards);
        }
    }

    private static boolean share(RunningCommand first, RunningCommand second) {
        Set<Integer> both =
                Stream.of(owned(first), owned(second)).flatMap(Set::stream).collect(Collectors.toSet());
        return owned(first).size() == 2 && owned(second).size() == 2 && both.size() == PARTITIONS;
    }

    /** A killed member says nothing, so its partitions move when its session has timed out. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatAKilledMemberHadIsTakenOverWhenItsSessionHasTimedOut(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-killed", PARTITIONS, Map.of());
        String[] config = {"-X", "session.timeout.ms=6000"};
        try (RunningCommand first = member(server, topic, config);
                RunningCommand second = member(server, topic, config)) {
            await("two partitions each", () -> share(first, second), first, second);
            List<String> produced = produce(server, topic, "a");
            await("40 records", () -> consumed(first, second).size() >= 40, first, second);
            assertThat(consumed(first, second)).containsExactlyInAnyOrderElementsOf(produced);
            assertThat(second.outLines()).hasSize(20);

            second.kill();
            produced.addAll(produce(server, topic, "b"));
            // Of what the killed member had not committed the other may read some again.
            await("all since", () -> consumed(first, second).containsAll(produced), first, second);
            assertThat(owned(first)).hasSize(PARTITIONS);
        }
    }
}
