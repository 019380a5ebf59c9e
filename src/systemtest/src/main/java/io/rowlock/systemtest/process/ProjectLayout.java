package io.rowlock.systemtest.process;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Where the build puts what is started here. Found from the working directory upwards, so that a module and the root both work as one. */
public final class ProjectLayout {
    private ProjectLayout() {}

    /** The directory that holds the parent pom. */
    public static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("src/node")) && Files.isDirectory(at.resolve("src/systemtest"))) {
                return at;
            }
        }
        throw new IllegalStateException("not inside the Rowlock source tree: " + start);
    }

    /** The runnable node. */
    public static Path nodeJar() {
        return built(root().resolve("src/node/target/quarkus-app/quarkus-run.jar"));
    }

    /** The jars of Apache Kafka's broker and tools, as a class path. */
    public static String kafkaClassPath() {
        return kafkaLibraries() + "/*";
    }

    private static Path kafkaLibraries() {
        return built(root().resolve("src/kafka-peer/target/libs"));
    }

    /** The same, jar by jar. */
    public static List<File> kafkaJars() {
        return List.of(Objects.requireNonNull(kafkaLibraries().toFile().listFiles()));
    }

    /** Where the build put a class: a directory or a jar. */
    static Path classesOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot tell where " + type + " comes from", e);
        }
    }

    /** Where processes started by tests keep their data and output: inside {@code target}, so that a clean build removes it. */
    public static Path workspace() {
        return root().resolve("src/systemtest/target/processes");
    }

    private static Path built(Path path) {
        if (!Files.exists(path)) {
            throw new IllegalStateException(
                    path + " is missing: build the whole house first with 'mvn verify -DskipTests'");
        }
        return path;
    }
}
