package io.rowlock.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The packaged node as a process of its own, listening on free ports unless told otherwise. */
final class NodeProcess implements AutoCloseable {

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final long LIMIT_S = 60;

    private final Process process;
    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader;
    private final int httpPort;
    private final int kafkaPort;

    private NodeProcess(Process process, int httpPort, int kafkaPort) {
        this.process = process;
        this.httpPort = httpPort;
        this.kafkaPort = kafkaPort;
        this.reader = new Thread(this::readAll, "node-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** @param settings {@code name=value}, which override the free ports */
    static NodeProcess start(Path directory, Map<String, String> environment, String... settings) throws IOException {
        int httpPort = freePort();
        int kafkaPort = freePort();
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.port=" + httpPort,
                "-Drowlock.listeners.client.port=" + kafkaPort,
                "-Drowlock.listeners.peer.port=" + freePort(),
                "-jar",
                JAR.toString()));
        for (String setting : settings) {
            line.add("--" + setting);
        }
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new NodeProcess(builder.start(), httpPort, kafkaPort);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                unread.add(line);
            }
        } catch (IOException e) {
            output.add("(the output broke off: " + e + ")");
        }
    }

    /** Waits for the line that says it, and returns it. */
    String awaitReady() throws InterruptedException {
        while (true) {
            String line = unread.poll(LIMIT_S, TimeUnit.SECONDS);
            assertThat(line).as("output so far: %s", output).isNotNull();
            if (line != null && line.contains("Rowlock node") && line.contains("ready after")) {
                return line;
            }
            assertThat(process.isAlive() || !unread.isEmpty())
                    .as("ended: %s", output)
                    .isTrue();
        }
    }

    /** Waits for the end by itself, and returns the exit code. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS))
                .as("still runs: %s", output)
                .isTrue();
        reader.join(TimeUnit.SECONDS.toMillis(LIMIT_S));
        return process.exitValue();
    }

    List<String> output() {
        return output;
    }

    int httpPort() {
        return httpPort;
    }

    int kafkaPort() {
        return kafkaPort;
    }

    int terminate() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
