package io.rowlock.systemtest.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

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
        return command(ProjectLayout.kafkaClassPath(), mainClass, arguments);
    }

    /** The command line of a class of this module, with nothing but Kafka's own jars beside it, as an application of a user's. */
    public static List<String> application(Class<?> mainClass, List<String> arguments) {
        return command(
                ProjectLayout.classesOf(mainClass) + File.pathSeparator + ProjectLayout.kafkaClassPath(),
                mainClass.getName(),
                arguments);
    }

    private static List<String> command(String classPath, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                mainClass));
        command.addAll(arguments);
        return command;
    }

    /** The main classes of all programs that Apache Kafka's own two jars come with, the broker itself among them. */
    public static Set<String> mainClasses() {
        Set<String> found = new TreeSet<>();
        for (File jar : ProjectLayout.kafkaJars()) {
            if (jar.getName().matches("kafka(-tools|_[0-9.]+)-[0-9.]+\\.jar")) {
                addMainClasses(jar, found);
            }
        }
        return found;
    }

    private static void addMainClasses(File jar, Set<String> found) {
        try (JarFile file = new JarFile(jar)) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (entry.getName().matches("[^$]+\\.class") && hasMain(file, entry)) {
                    found.add(entry.getName().replaceAll("\\.class$", "").replace('/', '.'));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }

    /** Looks for the name and the descriptor of a main method among the constants, since a class whose libraries are not there cannot be loaded. */
    private static boolean hasMain(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            return constants.contains("\u0001\u0000\u0004main")
                    && constants.contains("\u0001\u0000\u0016([Ljava/lang/String;)V");
        }
    }
}
