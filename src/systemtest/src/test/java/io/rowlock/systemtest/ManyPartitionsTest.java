package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.load.ManyPartitions;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More partitions than files may be open: all are served, across a kill and a stop, and the handles stay bounded. */
class ManyPartitionsTest {
    private static final int PARTITIONS = 2_000;
    private static final int OPEN_FILES = 128;
    /** Connections, and the files that are open for a moment. */
    private static final int OTHERS = 100;

    /** 128 + 15: ended by SIGTERM, in order. */
    private static final int STOPPED = 143;

    private static final ServerProcess server = RowlockProcess.in(
            Target.freshHome("many-partitions"),
            List.of("-Xmx768m"),
            Map.of("rowlock.log.open-files", Integer.toString(OPEN_FILES)));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void fewHandlesServeManyPartitions() throws IOException {
        assumeTrue(Target.current() == Target.ROWLOCK);
        server.start();
        long before = descriptors();
        ManyPartitions partitions = new ManyPartitions(server.bootstrap());
        partitions.create(PARTITIONS);
        partitions.produce(0);
        assertBounded(before);

        server.kill();
        server.start();
        before = descriptors();
        partitions.verify();
        assertBounded(before);

        partitions.produce(0);
        assertThat(server.stop()).isEqualTo(STOPPED);
        server.start();
        partitions.verify();
        assertThat(server.standardOutput()).doesNotContain("offline", "Too many open files");
    }

    private static void assertBounded(long before) throws IOException {
        assertThat(descriptors()).isLessThan(before + OPEN_FILES + OTHERS);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return all.count();
        }
    }
}
