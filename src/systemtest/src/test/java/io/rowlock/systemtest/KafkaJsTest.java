package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups by kafkajs, in the version that the lock file names: the script {@code src/test/javascript/groups.js}. */
@ExtendWith(SharedBroker.class)
class KafkaJsTest {
    private static final Path SOURCES = ProjectLayout.root().resolve("src/systemtest/src/test/javascript");

    /** Where the script can find what npm installs. */
    private static final Path INSTALLED = ProjectLayout.root().resolve("src/systemtest/target/kafkajs");

    @BeforeAll
    static void kafkaJsIsInstalled() throws IOException {
        RequiredTool.isThere(
                RequiredTool.isOnPath("node") && RequiredTool.isOnPath("npm"),
                "Node.js with npm",
                "Debian: apt-get install nodejs npm");
        Path lock = INSTALLED.resolve("package-lock.json");
        boolean installed = Files.isDirectory(INSTALLED.resolve("node_modules/kafkajs"))
                && Files.mismatch(SOURCES.resolve("package-lock.json"), lock) == -1;
        Files.createDirectories(INSTALLED);
        for (String file : List.of("package.json", "package-lock.json", "groups.js")) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!installed) {
            CommandResult result = CommandResult.of(
                    List.of(
                            "npm",
                            "ci",
                            "--ignore-scripts",
                            "--no-audit",
                            "--no-fund",
                            "--prefix",
                            INSTALLED.toString()),
                    "");
            RequiredTool.isThere(result.exitCode() == 0, "kafkajs", "npm must reach a registry: " + result);
        }
    }

    /** Together, because nearly all of their time is waiting for rebalances. */
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "twoMembersShareAndOneTakesOver",
                "commitsAreKeptAndResumedFrom",
                "anAdministratorSeesTheGroupAndDeletesIt",
                "anAdministratorMovesOffsets"
            })
    void passes(String scenario, ServerProcess server) {
        String topic = Clients.topic(server, "kafkajs-" + scenario, 4, Map.of());
        String script = INSTALLED.resolve("groups.js").toString();
        CommandResult result = CommandResult.of(List.of("node", script, server.bootstrap(), scenario, topic), "");
        assertThat(result.expectSuccess().out()).endsWith("passed " + scenario + "\n");
    }
}
