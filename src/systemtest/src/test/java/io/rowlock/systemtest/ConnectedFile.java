package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Two files that Kafka Connect's file connectors join by way of a topic: lines are appended to the one and must appear in the other. A worker that is
 * killed may leave half a line, with the next one behind it, so each line carries its own end.
 */
final class ConnectedFile {
    private static final Pattern LINE = Pattern.compile("line (\\d+) of ([a-z]+)\\.");

    private final String name;
    private final Path home;
    private final Path source;
    private final Path sink;
    private int lines;

    ConnectedFile(String name) {
        this.name = name;
        this.home = Target.freshHome("connected-" + name);
        this.source = home.resolve("source.txt");
        this.sink = home.resolve("sink.txt");
        try {
            Files.createDirectories(home);
            Files.createFile(source);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + source, e);
        }
    }

    String sourceConnector() {
        return name + "-source";
    }

    String sinkConnector() {
        return name + "-sink";
    }

    String topic() {
        return "connected-" + name;
    }

    Map<String, String> sourceConfig() {
        return Map.of(
                "connector.class",
                "org.apache.kafka.connect.file.FileStreamSourceConnector",
                "tasks.max",
                "1",
                "file",
                source.toString(),
                "topic",
                topic());
    }

    Map<String, String> sinkConfig() {
        return Map.of(
                "connector.class",
                "org.apache.kafka.connect.file.FileStreamSinkConnector",
                "tasks.max",
                "1",
                "file",
                sink.toString(),
                "topics",
                topic());
    }

    /** How far a source that has read all has come. */
    long sourceBytes() {
        try {
            return Files.size(source);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask for the size of " + source, e);
        }
    }

    void append(int count) {
        List<String> more = IntStream.range(lines, lines + count)
                .mapToObj(line -> "line " + line + " of " + name + ".")
                .toList();
        try {
            Files.write(source, more, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to " + source, e);
        }
        lines += count;
    }

    /** Returns when every line is in the sink. */
    void awaitAll() {
        Clients.until("all lines of " + sink, ConnectWorker.PAUSE, () -> new TreeSet<>(found()).size() == lines);
    }

    /** The lines of the sink are those of the source, each once and in the same order. */
    void assertSame() {
        assertThat(found()).isEqualTo(IntStream.range(0, lines).boxed().toList());
    }

    /** No line is missing, and the first appearances of all are in the order of the source. */
    void assertNoneMissing() {
        assertThat(found().stream().distinct().toList())
                .isEqualTo(IntStream.range(0, lines).boxed().toList());
    }

    private List<Integer> found() {
        List<Integer> found = new ArrayList<>();
        try {
            Matcher line = LINE.matcher(Files.exists(sink) ? Files.readString(sink) : "");
            while (line.find()) {
                assertThat(line.group(2)).isEqualTo(name);
                found.add(Integer.valueOf(line.group(1)));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + sink, e);
        }
    }

    void delete() {
        ServerProcess.deleteTree(home);
    }
}
