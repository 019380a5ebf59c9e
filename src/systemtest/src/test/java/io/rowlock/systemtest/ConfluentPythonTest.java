package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** confluent-kafka for Python (librdkafka), from Debian's package: the scripts in {@code src/test/python}. Scenarios run together, since most of their time is waiting. */
@ExtendWith(SharedBroker.class)
@Proves(
        client = "confluent-kafka for Python",
        version = "1.7.0 with librdkafka 2.0.2",
        what = "producers (idempotent ones too), consumers, groups, administration")
class ConfluentPythonTest {
    /** The one of Debian 12. */
    static final String CLIENT = "confluent-kafka for Python 1.7.0 with librdkafka 2.0.2";

    /** Debian's own interpreter, for which the package is installed; the path may lead to another. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final Path SCRIPTS = ProjectLayout.root().resolve("src/systemtest/src/test/python");

    @BeforeAll
    static void confluentKafkaIsInstalled() {
        boolean found = Files.isExecutable(Path.of(PYTHON))
                && CommandResult.of(List.of(PYTHON, "-c", "import confluent_kafka"), "")
                                .exitCode()
                        == 0;
        RequiredTool.isThere(found, "confluent-kafka for Python", "Debian: apt-get install python3-confluent-kafka");
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "two_members_share_and_one_takes_over",
                "commits_are_kept",
                "a_consumer_without_members_commits",
                "cooperative_members_keep_what_they_need_not_give",
                "static_members_return_without_a_rebalance",
                "groups_are_listed_and_described"
            })
    void groups(String scenario, ServerProcess server) {
        passes("groups.py", scenario, server);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "every_codec_arrives_and_is_reported",
                "an_idempotent_producer_keeps_the_order",
                "a_consumer_asks_seeks_pauses_and_goes_on",
                "topics_are_created_grown_and_deleted",
                "settings_are_described_and_altered"
            })
    void producersConsumersAndAdministration(String scenario, ServerProcess server) {
        passes("clients.py", scenario, server);
    }

    @Test
    void transactionsAreRefusedAtOnce(ServerProcess server) {
        assumeTrue(Target.current() == Target.ROWLOCK);
        passes("clients.py", "transactions_are_refused_at_once", server);
    }

    private static void passes(String script, String scenario, ServerProcess server) {
        String topic = Clients.topic(server, "python-" + scenario, 4, Map.of());
        CommandResult result = CommandResult.of(
                List.of(PYTHON, SCRIPTS.resolve(script).toString(), server.bootstrap(), scenario, topic), "");
        assertThat(result.expectSuccess().out()).endsWith("passed " + scenario + "\n");
    }
}
