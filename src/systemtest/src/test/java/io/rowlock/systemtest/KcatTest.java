package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** librdkafka's view of the broker, by Debian's kcat. Without kcat these tests are skipped, except on CI, where that is a failure. */
@ExtendWith(SharedBroker.class)
@Proves(
        client = "kcat",
        version = "1.7.1 with librdkafka 2.0.2",
        what = "producing, consuming, queries for offsets, metadata")
class KcatTest {
    /** The one of Debian 12. */
    static final String CLIENT = "kcat 1.7.1 with librdkafka 2.0.2";

    @BeforeAll
    static void kcatIsInstalled() {
        RequiredTool.isThere(RequiredTool.isOnPath("kcat"), "kcat", "Debian: apt-get install kcat");
    }

    private static CommandResult kcat(ServerProcess server, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", server.bootstrap()));
        command.addAll(List.of(arguments));
        return CommandResult.of(command, input).expectSuccess();
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "k" + i + ":value " + i + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void listsTheClusterAndItsTopics(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-list", 4, Map.of());
        String listing = kcat(server, "", "-L").out();
        assertThat(listing)
                .contains("broker 1 at " + server.bootstrap())
                .contains("topic \"" + topic + "\" with 4 partitions:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void consumesWhatItProduced(String codec, ServerProcess server) {
        String topic = Clients.topic(server, "kcat-" + codec, 1, Map.of());
        kcat(server, lines(1_000), "-P", "-t", topic, "-p", "0", "-K:", "-z", codec);

        String consumed = kcat(
                        server, "", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%o %k:%s\n")
                .out();

        List<String> expected = new ArrayList<>();
        lines(1_000).lines().forEach(line -> expected.add(expected.size() + " " + line));
        assertThat(consumed.lines()).containsExactlyElementsOf(expected);
    }

    @Test
    void anIdempotentProducerAndHeadersWork(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-idempotent", 1, Map.of());
        kcat(server, "one\n", "-P", "-t", topic, "-p", "0", "-X", "enable.idempotence=true", "-H", "source=kcat");
        assertThat(kcat(server, "", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%h|%s\n")
                        .out())
                .isEqualTo("source=kcat|one\n");
    }

    @Test
    void startsAtTheOffsetItIsGiven(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-offsets", 1, Map.of());
        kcat(server, lines(20), "-P", "-t", topic, "-p", "0", "-K:");

        assertThat(kcat(server, "", "-C", "-t", topic, "-p", "0", "-o", "7", "-c", "2", "-q", "-f", "%o\n")
                        .out())
                .isEqualTo("7\n8\n");
        assertThat(kcat(server, "", "-C", "-t", topic, "-p", "0", "-o", "-3", "-e", "-q", "-f", "%o\n")
                        .out())
                .isEqualTo("17\n18\n19\n");
    }

    @Test
    void asksForOffsetsByTime(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-query", 1, Map.of());
        kcat(server, lines(5), "-P", "-t", topic, "-p", "0", "-K:");

        assertThat(kcat(server, "", "-Q", "-t", topic + ":0:-1").out()).contains(topic + " [0] offset 5");
        assertThat(kcat(server, "", "-Q", "-t", topic + ":0:1").out()).contains(topic + " [0] offset 0");
    }

    @Test
    void createsATopicByProducing(ServerProcess server) {
        String topic = Clients.uniqueName("kcat-auto");
        kcat(server, "first\n", "-P", "-t", topic);
        assertThat(kcat(server, "", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q")
                        .out())
                .isEqualTo("first\n");
    }

    @Test
    void metadataAndRecordsInJson(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-json", 2, Map.of());
        kcat(server, "one\n", "-P", "-t", topic, "-p", "1", "-k", "key", "-H", "a=b", "-H", "a=c", "-z", "lz4");

        assertThat(kcat(server, "", "-L", "-J", "-t", topic).out())
                .contains("\"controllerid\":1", "{\"id\":1,\"name\":\"" + server.bootstrap() + "\"}")
                .contains("{\"partition\":1,\"leader\":1,\"replicas\":[{\"id\":1}],\"isrs\":[{\"id\":1}]}");
        assertThat(kcat(server, "", "-C", "-t", topic, "-p", "1", "-o", "beginning", "-e", "-q", "-J")
                        .out())
                .contains("\"partition\":1,\"offset\":0,\"tstype\":\"create\"", "\"broker\":1")
                .contains("\"headers\":[\"a\",\"b\",\"a\",\"c\"],\"key\":\"key\",\"payload\":\"one\"");
    }

    @Test
    void startsAndStopsAtATime(ServerProcess server) {
        String topic = Clients.topic(server, "kcat-times", 1, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (long time = 1_000; time < 1_010; time++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, 0, time, null, new byte[1])));
            }
        }
        List<String> between = List.of("-o", "s@1003", "-o", "e@1006", "-e", "-q", "-f", "%T\n");
        List<String> command = new ArrayList<>(List.of("-C", "-t", topic));
        command.addAll(between);
        assertThat(kcat(server, "", command.toArray(String[]::new)).out()).isEqualTo("1003\n1004\n1005\n");
        assertThat(kcat(server, "", "-Q", "-t", topic + ":0:1004").out()).contains(topic + " [0] offset 4");
    }

    @Test
    void transactionsAreRefusedWithAReason(ServerProcess server) {
        assumeTrue(Target.current() == Target.ROWLOCK);
        CommandResult refused = CommandResult.of(
                List.of("kcat", "-b", server.bootstrap(), "-P", "-t", "any", "-X", "transactional.id=any"), "one\n");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("There are no transactions");
    }
}
