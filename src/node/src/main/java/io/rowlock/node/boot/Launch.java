package io.rowlock.node.boot;

import io.rowlock.log.LogEnvironment;
import io.rowlock.log.OpenFiles;
import io.rowlock.node.config.InvalidConfigException;
import io.rowlock.node.config.NodeConfigReader;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps before Quarkus: settings, data directory, and the launch of the embedded PostgreSQL, which then comes up
 * beside Quarkus. The application takes it from there.
 *
 * @param begunAtMillis wall-clock time when the process began
 * @param embedded null where PostgreSQL is not the node's own
 */
record Launch(
        long begunAtMillis,
        NodeSettings settings,
        List<String> warnings,
        LogEnvironment environment,
        StartupSteps steps,
        DirectoryStep directory,
        @Nullable EmbeddedPostgresStep embedded) {

    static Launch begin() throws Exception {
        SystemClock clock = new SystemClock();
        long begunAtMillis = ProcessHandle.current()
                .info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .orElseGet(clock::wallMillis);
        NodeConfigReader.Result config;
        try {
            config = NodeConfigReader.read();
        } catch (InvalidConfigException e) {
            throw new StartupException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
        NodeSettings settings = config.settings();
        LogEnvironment environment =
                new LogEnvironment(new RealDisk(), clock, new SystemRandom(), new OpenFiles(settings.openFiles()));
        StartupSteps steps = new StartupSteps(clock);
        DirectoryStep directory = new DirectoryStep(environment, settings.dataDir());
        steps.start(directory);
        EmbeddedPostgresStep embedded = null;
        if (settings.databaseUrl() == null) {
            embedded = new EmbeddedPostgresStep(directory.directory().root());
            steps.start(embedded);
        }
        return new Launch(begunAtMillis, settings, config.warnings(), environment, steps, directory, embedded);
    }
}
