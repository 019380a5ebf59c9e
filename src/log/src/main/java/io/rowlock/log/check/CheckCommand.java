package io.rowlock.log.check;

import io.rowlock.log.TopicPartition;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Disk;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The command line: {@code check DIRECTORY [--topic NAME] [--partition NUMBER] [--segments] [--json]}. */
public final class CheckCommand {

    /** Exit codes. */
    public static final int WHOLE = 0;

    public static final int DAMAGED = 1;
    public static final int NOT_CHECKED = 2;

    private static final String USAGE = """
            check DIRECTORY [--topic NAME] [--partition NUMBER] [--segments] [--json]

            Looks at a data directory that no node uses, and changes nothing in it. Ends with 0 if everything is
            whole, with 1 if something is damaged, and with 2 if it could not look.

              --topic NAME        only partitions of this topic
              --partition NUMBER  only partitions of this number
              --segments          a line for each segment
              --json              one JSON object instead of text
            """;

    private final Disk disk;
    private final Clock clock;
    private final Executor workers;
    private final PrintStream out;
    private final PrintStream err;

    private @Nullable String directory;
    private @Nullable String topic;
    private int partition = -1;
    private boolean segments;
    private boolean json;

    /** @param workers see {@link DirectoryCheck#run} */
    public CheckCommand(Disk disk, Clock clock, Executor workers, PrintStream out, PrintStream err) {
        this.disk = disk;
        this.clock = clock;
        this.workers = workers;
        this.out = out;
        this.err = err;
    }

    /** Runs once, with the words after {@code check}; returns the exit code. */
    public int run(String... arguments) {
        String wrong = read(arguments);
        Path root = wrong == null ? path() : null;
        if (root == null) {
            err.println((wrong == null ? "There is no directory to check." : wrong) + "\n\n" + USAGE);
            return NOT_CHECKED;
        }
        try {
            return check(root);
        } catch (NoSuchFileException | NotDirectoryException e) {
            err.println(root + " is no data directory of a node: there is no " + e.getMessage() + ".");
        } catch (IOException e) {
            err.println(root + " cannot be read: " + e);
        }
        return NOT_CHECKED;
    }

    private int check(Path root) throws IOException {
        if (disk.isLockedByAnother(root.resolve(".lock"))) {
            err.println(
                    root + " is in use by a node: what it writes at this moment would look like damage. Stop the node"
                            + " first, or check a copy.");
            return NOT_CHECKED;
        }
        long begin = clock.monotonicNanos();
        DirectoryReport report = new DirectoryCheck(disk, root).run(this::isWanted, workers);
        Duration took = Duration.ofNanos(clock.monotonicNanos() - begin);
        if (json) {
            JsonReport.print(out, report, took);
        } else {
            new TextReport(out, segments).print(report, took);
        }
        return report.isWhole() ? WHOLE : DAMAGED;
    }

    private boolean isWanted(TopicPartition found) {
        return (topic == null || topic.equals(found.topic())) && (partition < 0 || partition == found.partition());
    }

    private @Nullable Path path() {
        try {
            return directory == null ? null : Path.of(directory);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Returns what is wrong with them, or null. */
    private @Nullable String read(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            String value = i + 1 < arguments.length ? arguments[i + 1] : null;
            switch (word) {
                case "--json" -> json = true;
                case "--segments" -> segments = true;
                case "--topic", "--partition" -> {
                    if (value == null || !take(word, value)) {
                        return word + " needs a " + (word.equals("--topic") ? "name" : "number") + " after it.";
                    }
                    i++;
                }
                default -> {
                    if (word.startsWith("--") || directory != null) {
                        return "'" + word + "' is not understood.";
                    }
                    directory = word;
                }
            }
        }
        return null;
    }

    private boolean take(String option, String value) {
        if (option.equals("--topic")) {
            topic = value;
            return true;
        }
        try {
            partition = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            return false;
        }
        return partition >= 0;
    }
}
