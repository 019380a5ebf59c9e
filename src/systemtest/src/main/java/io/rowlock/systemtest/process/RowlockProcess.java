package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A Rowlock node, started from the packaged application exactly as the README tells a user to. */
public final class RowlockProcess extends ServerProcess {
    private final List<String> jvmOptions;
    private final Map<String, String> settings;

    private RowlockProcess(Path home, List<String> jvmOptions, Map<String, String> settings) {
        super(home);
        this.jvmOptions = jvmOptions;
        this.settings = settings;
    }

    /**
     * A node on free ports with its data in {@code home/data}.
     *
     * @param settings what stands on the command line as {@code -Dname=value}; wins over the ports and the data directory chosen here
     */
    public static RowlockProcess in(Path home, List<String> jvmOptions, Map<String, String> settings) {
        List<Integer> ports = FreePorts.take(3);
        Map<String, String> all = new LinkedHashMap<>();
        all.put("rowlock.data-dir", home.resolve("data").toString());
        all.put("rowlock.listeners.client.port", ports.get(0).toString());
        all.put("rowlock.listeners.peer.port", ports.get(1).toString());
        all.put("quarkus.http.port", ports.get(2).toString());
        all.putAll(settings);
        return new RowlockProcess(home, List.copyOf(jvmOptions), all);
    }

    @Override
    protected List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmOptions);
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-jar");
        command.add(ProjectLayout.nodeJar().toString());
        return command;
    }

    @Override
    public int clientPort() {
        return Integer.parseInt(setting("rowlock.listeners.client.port"));
    }

    /** The port of health and metrics. */
    public int httpPort() {
        return Integer.parseInt(setting("quarkus.http.port"));
    }

    @Override
    public Path dataDirectory() {
        return Path.of(setting("rowlock.data-dir"));
    }

    /** What the command line says for a name. */
    public String setting(String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is not on the command line");
        }
        return value;
    }

    /** The embedded PostgreSQL of this node, while it runs; also after the node itself was killed. */
    public Optional<ProcessHandle> postmaster() {
        return postmasterFile()
                .map(RowlockProcess::firstLine)
                .flatMap(ProcessHandle::of)
                .filter(ProcessHandle::isAlive);
    }

    /** How to connect to the embedded PostgreSQL of this node, while it runs. */
    public PostgresAccess postgres() {
        Path home = dataDirectory().resolve("postgresql");
        try {
            String port = Files.readString(home.resolve("port")).strip();
            return new PostgresAccess(
                    "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                    "rowlock",
                    Files.readString(home.resolve("password")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("no embedded PostgreSQL below " + home, e);
        }
    }

    private Optional<Path> postmasterFile() {
        if (!Files.isDirectory(dataDirectory())) {
            return Optional.empty();
        }
        try (Stream<Path> found =
                Files.find(dataDirectory(), 3, (path, attributes) -> path.endsWith("postmaster.pid"))) {
            return found.findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look below " + dataDirectory(), e);
        }
    }

    private static long firstLine(Path postmasterFile) {
        try {
            return Long.parseLong(Files.readAllLines(postmasterFile).get(0).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + postmasterFile, e);
        }
    }

    /** A killed node leaves its PostgreSQL to be adopted by the next start; after the last one nobody would. */
    @Override
    protected void endLeftovers() {
        postmaster().ifPresent(left -> {
            left.destroy();
            try {
                left.onExit().get(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
                left.destroyForcibly();
            }
        });
    }
}
