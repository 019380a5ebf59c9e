package io.rowlock.systemtest;

import io.rowlock.systemtest.process.KafkaProcess;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which broker the tests run against. The same tests run against Apache Kafka with {@code -Drowlock.systemtest.target=kafka}: a test that Apache Kafka
 * fails would prove nothing about Rowlock.
 */
enum Target {
    ROWLOCK,
    KAFKA;

    private static final List<String> JVM_OPTIONS = List.of("-Xmx768m");
    private static final AtomicInteger SERVERS = new AtomicInteger();

    static Target current() {
        return valueOf(
                System.getProperty("rowlock.systemtest.target", "rowlock").toUpperCase(Locale.ROOT));
    }

    /**
     * A broker that is not yet started, on fresh data.
     *
     * @param name of its directory, for who reads its output
     * @param brokerSettings under Kafka's names
     */
    ServerProcess create(String name, Map<String, String> brokerSettings) {
        Path home = freshHome(name);
        if (this == KAFKA) {
            return KafkaProcess.in(home, JVM_OPTIONS, brokerSettings);
        }
        Map<String, String> prefixed = new LinkedHashMap<>();
        brokerSettings.forEach((key, value) -> prefixed.put("rowlock.broker." + key, value));
        return RowlockProcess.in(home, JVM_OPTIONS, prefixed);
    }

    /** A directory of its own for a process, empty. */
    static Path freshHome(String name) {
        Path home = ProjectLayout.workspace().resolve(SERVERS.incrementAndGet() + "-" + name);
        ServerProcess.deleteTree(home);
        return home;
    }
}
