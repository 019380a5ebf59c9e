package io.rowlock.node.boot;

import io.rowlock.log.LogEnvironment;
import io.rowlock.node.config.InvalidConfigException;
import io.rowlock.node.config.NodeConfigReader;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps before Quarkus: settings, data directory, and the launch of the embedded PostgreSQL, which then comes up
 * beside Quarkus. The application takes it from there.
 *
 * @param embedded null where PostgreSQL is not the node's own
 */
record Launch(
        NodeSettings settings,
        List<String> warnings,
        LogEnvironment environment,
        StartupSteps steps,
        DirectoryStep directory,
        @Nullable EmbeddedPostgresStep embedded) {

    static Launch begin() throws Exception {
        NodeConfigReader.Result config;
        try {
            config = NodeConfigReader.read();
        } catch (InvalidConfigException e) {
            throw new StartupException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
        NodeSettings settings = config.settings();
        SystemClock clock = new SystemClock();
        LogEnvironment environment = new LogEnvironment(new RealDisk(), clock, new SystemRandom());
        StartupSteps steps = new StartupSteps(clock);
        DirectoryStep directory = new DirectoryStep(environment, settings.dataDir());
        steps.start(directory);
        EmbeddedPostgresStep embedded = null;
        if (settings.databaseUrl() == null) {
            embedded = new EmbeddedPostgresStep(directory.directory().root());
            steps.start(embedded);
        }
        return new Launch(settings, config.warnings(), environment, steps, directory, embedded);
    }
}
