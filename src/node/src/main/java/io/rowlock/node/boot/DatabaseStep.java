package io.rowlock.node.boot;

import io.agroal.api.AgroalDataSource;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Reaches PostgreSQL and brings its schema up to date. */
final class DatabaseStep implements Step {

    private static final System.Logger LOG = System.getLogger(DatabaseStep.class.getName());

    /** How long a PostgreSQL that is not there yet is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Clock clock;
    private final Scheduler scheduler;
    private final @Nullable EmbeddedPostgresStep embedded;
    private final String url;
    private final AgroalDataSource dataSource;
    private final List<AgroalDataSource> otherSources;
    private final Flyway flyway;

    /**
     * @param embedded null where PostgreSQL is not the node's own
     * @param otherSources of connections to the same database
     */
    DatabaseStep(
            Clock clock,
            Scheduler scheduler,
            @Nullable EmbeddedPostgresStep embedded,
            String url,
            AgroalDataSource dataSource,
            List<AgroalDataSource> otherSources,
            Flyway flyway) {
        this.clock = clock;
        this.scheduler = scheduler;
        this.embedded = embedded;
        this.url = url;
        this.dataSource = dataSource;
        this.otherSources = otherSources;
        this.flyway = flyway;
    }

    @Override
    public String name() {
        return "database";
    }

    @Override
    public void start() throws InterruptedException {
        if (embedded != null) {
            embedded.awaitReady();
        }
        connect();
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            throw new StartupException(
                    ExitCode.DATABASE,
                    "The schema 'rowlock' in PostgreSQL at " + withoutParameters()
                            + " cannot be brought up to date: " + firstLine(e)
                            + " Give the user the right to create it, or start the version of Rowlock that made it.",
                    e);
        }
    }

    private void connect() throws InterruptedException {
        long deadline = clock.monotonicNanos() + PATIENCE.toNanos();
        boolean told = false;
        while (true) {
            try (Connection connection = dataSource.getConnection()) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException e) {
                if (!mayPass(e) || clock.monotonicNanos() - deadline >= 0) {
                    throw refused(e);
                }
                if (!told) {
                    told = true;
                    LOG.log(
                            System.Logger.Level.INFO,
                            "PostgreSQL is not there yet and is waited for, for " + PATIENCE.toSeconds() + " s: "
                                    + firstLine(e));
                }
            }
            pause();
        }
    }

    private void pause() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        scheduler.schedule(PAUSE, over::countDown);
        over.await();
    }

    /** Whether waiting helps: the server does not answer, or starts, or has no connection left. */
    private static boolean mayPass(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    private StartupException refused(SQLException e) {
        return new StartupException(
                ExitCode.DATABASE,
                "PostgreSQL at " + withoutParameters() + " cannot be used: " + firstLine(e)
                        + " Correct quarkus.datasource.jdbc.url, .username and .password, or unset them for a PostgreSQL"
                        + " of the node's own.",
                e);
    }

    /** Parameters may hold a password. */
    private String withoutParameters() {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }

    private static String firstLine(Exception e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() instanceof SQLException) {
            deepest = deepest.getCause();
        }
        String line =
                String.valueOf(deepest.getMessage()).strip().lines().findFirst().orElse("");
        return line.endsWith(".") ? line : line + ".";
    }

    /** Lets go of the idle connections, so that an embedded server stops without cutting any. */
    @Override
    public void stop() {
        dataSource.flush(AgroalDataSource.FlushMode.ALL);
        otherSources.forEach(source -> source.flush(AgroalDataSource.FlushMode.ALL));
    }
}
