package io.rowlock.systemtest.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Apache Kafka's public command line tools, each run in a JVM of its own, as a user's shell would. */
public final class KafkaTool {
    private KafkaTool() {}

    /** Runs a tool's main class without input. */
    public static CommandResult run(String mainClass, String... arguments) {
        return runWithInput("", mainClass, arguments);
    }

    /** Runs a tool's main class with standard input. */
    public static CommandResult runWithInput(String input, String mainClass, String... arguments) {
        return CommandResult.of(command(mainClass, List.of(arguments)), input);
    }

    /** The command line of a tool, for who needs the running process. */
    public static List<String> command(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                ProjectLayout.kafkaClassPath(),
                mainClass));
        command.addAll(arguments);
        return command;
    }
}
