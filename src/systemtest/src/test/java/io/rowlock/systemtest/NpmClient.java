package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A client for Node.js, installed as its lock file says, with the scripts that drive it. Each has a directory of its own below {@code src/test/javascript}
 * and is installed into a directory of the same name below {@code target} on first use.
 *
 * @param name of the package
 * @param installed where the scripts find what npm installs
 */
record NpmClient(String name, Path installed) {
    private static final Path SOURCES = ProjectLayout.root().resolve("src/systemtest/src/test/javascript");
    private static final Path TARGET = ProjectLayout.root().resolve("src/systemtest/target");

    /** Skips the test where Node.js, npm or a registry is missing, and fails on CI. */
    static NpmClient install(String directory, String name, String version) {
        RequiredTool.isThere(
                RequiredTool.isOnPath("node") && RequiredTool.isOnPath("npm"),
                "Node.js with npm",
                "Debian: apt-get install nodejs npm");
        NpmClient client = new NpmClient(name, TARGET.resolve(directory));
        try {
            client.installFrom(SOURCES.resolve(directory), version);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot install " + name, e);
        }
        return client;
    }

    private void installFrom(Path sources, String version) throws IOException {
        assertThat(sources.resolve("package.json")).content().contains("\"" + name + "\": \"" + version + "\"");
        Path lock = installed.resolve("package-lock.json");
        boolean done = Files.isDirectory(installed.resolve("node_modules").resolve(name))
                && Files.exists(lock)
                && Files.mismatch(sources.resolve("package-lock.json"), lock) == -1;
        Files.createDirectories(installed);
        try (Stream<Path> files = Files.list(sources)) {
            for (Path file : files.toList()) {
                Files.copy(file, installed.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!done) {
            List<String> command =
                    List.of("npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund");
            CommandResult result = CommandResult.of(
                    Stream.concat(command.stream(), Stream.of("--prefix", installed.toString()))
                            .toList(),
                    "");
            RequiredTool.isThere(result.exitCode() == 0, name, "npm must reach a registry: " + result);
        }
    }

    /** Runs one scenario of a script on a new topic with four partitions, and expects it to pass. */
    void passes(String script, String scenario, ServerProcess server) {
        String topic = Clients.topic(server, installed.getFileName() + "-" + scenario, 4, Map.of());
        String file = installed.resolve(script).toString();
        CommandResult result = CommandResult.of(List.of("node", file, server.bootstrap(), scenario, topic), "");
        assertThat(result.expectSuccess().out()).endsWith("passed " + scenario + "\n");
    }
}
