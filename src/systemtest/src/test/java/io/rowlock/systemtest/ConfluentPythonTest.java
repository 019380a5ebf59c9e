package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups by confluent-kafka for Python (librdkafka), from Debian's package: the script {@code src/test/python/groups.py}. */
@ExtendWith(SharedBroker.class)
class ConfluentPythonTest {
    /** Debian's own interpreter, for which the package is installed; the path may lead to another. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final Path SCRIPT = ProjectLayout.root().resolve("src/systemtest/src/test/python/groups.py");

    @BeforeAll
    static void confluentKafkaIsInstalled() {
        boolean found = Files.isExecutable(Path.of(PYTHON))
                && CommandResult.of(List.of(PYTHON, "-c", "import confluent_kafka"), "")
                                .exitCode()
                        == 0;
        RequiredTool.isThere(found, "confluent-kafka for Python", "Debian: apt-get install python3-confluent-kafka");
    }

    /** Together, because nearly all of their time is waiting for rebalances. */
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
    void passes(String scenario, ServerProcess server) {
        String topic = Clients.topic(server, "python-" + scenario, 4, Map.of());
        CommandResult result =
                CommandResult.of(List.of(PYTHON, SCRIPT.toString(), server.bootstrap(), scenario, topic), "");
        assertThat(result.expectSuccess().out()).endsWith("passed " + scenario + "\n");
    }
}
