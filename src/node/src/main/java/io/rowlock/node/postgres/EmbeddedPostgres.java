package io.rowlock.node.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A node's own PostgreSQL: started in the background or, where a killed node left one running, taken over as it is;
 * started again when it dies; stopped with {@link #close}. The caller holds the lock of the data directory.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(EmbeddedPostgres.class.getName());
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final PostgresHome home;
    private final int port;
    private final String password;
    private final Thread keeper;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile @Nullable Postmaster postmaster;
    private volatile boolean closing;

    private EmbeddedPostgres(PostgresHome home, @Nullable Postmaster orphan, int port, String password) {
        this.home = home;
        this.postmaster = orphan;
        this.port = port;
        this.password = password;
        this.keeper = new Thread(this::keep, "embedded-postgresql");
        keeper.setDaemon(true);
    }

    /**
     * Begins to start the server below a node's data directory and returns at once; {@link #awaitReady} tells how it went.
     *
     * @throws EmbeddedPostgresException if it is clear already that it cannot start
     */
    public static EmbeddedPostgres launch(Path dataDirectory) {
        try {
            PostgresHome home = PostgresHome.in(dataDirectory);
            String password = home.password();
            Postmaster orphan = Postmaster.running(home);
            PostmasterFile file = orphan == null ? null : PostmasterFile.read(home.data());
            int port = file == null ? home.port() : file.port();
            EmbeddedPostgres embedded = new EmbeddedPostgres(home, file == null ? null : orphan, port, password);
            embedded.keeper.start();
            return embedded;
        } catch (IOException e) {
            throw failure(dataDirectory, e);
        }
    }

    /** Where it listens; stays the same until {@link #close}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    public String username() {
        return Postmaster.ROLE;
    }

    public String password() {
        return password;
    }

    /** The server's process, or -1 while there is none. */
    public long pid() {
        Postmaster current = postmaster;
        return current == null ? -1 : current.pid();
    }

    /**
     * Waits until the server takes connections for the first time.
     *
     * @throws EmbeddedPostgresException if it cannot start, or not within {@code limit}
     */
    public void awaitReady(Duration limit) throws InterruptedException {
        try {
            ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL was not ready after " + limit.toSeconds() + " s: it may be recovering,"
                            + " so look into " + home.log() + " and start the node again.",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EmbeddedPostgresException refused) {
                throw refused;
            }
            throw failure(home.root(), e.getCause() == null ? e : e.getCause());
        }
    }

    private static EmbeddedPostgresException failure(Path where, Throwable cause) {
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL in " + where + " cannot be started (" + cause + "): correct that, "
                        + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".",
                cause);
    }

    /** The keeper's life: start, wait for the end, and begin again unless the end was wanted. */
    private void keep() {
        try {
            Postmaster current = startedOrAdopted();
            ready.complete(null);
            while (!closing) {
                current.awaitEnd();
                if (!closing) {
                    LOG.log(System.Logger.Level.WARNING, "The embedded PostgreSQL has died; starting it again");
                    current = restarted();
                }
            }
        } catch (InterruptedException e) {
            // Only close() interrupts, and it stops what is running.
            ready.completeExceptionally(e);
        } catch (IOException | RuntimeException e) {
            ready.completeExceptionally(e);
        }
    }

    private Postmaster startedOrAdopted() throws IOException, InterruptedException {
        Postmaster current = postmaster;
        if (current == null) {
            current = Postmaster.start(home, port);
            postmaster = current;
        } else {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Taking over the embedded PostgreSQL that still runs as process {0}",
                    Long.toString(current.pid()));
        }
        current.awaitReady(home, START_LIMIT);
        return current;
    }

    private Postmaster restarted() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            Thread.sleep(pause.toMillis());
            try {
                Postmaster next = Postmaster.start(home, port);
                postmaster = next;
                next.awaitReady(home, START_LIMIT);
                return next;
            } catch (IOException | EmbeddedPostgresException e) {
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Starting it again failed, next try in " + pause.toMillis() + " ms: " + e.getMessage());
            }
        }
    }

    /** Stops the server and waits for its end. */
    @Override
    public void close() {
        closing = true;
        keeper.interrupt();
        try {
            keeper.join(Duration.ofSeconds(10).toMillis());
            Postmaster current = postmaster;
            if (current != null) {
                current.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
