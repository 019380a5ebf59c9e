package io.rowlock.broker.replication;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerUnreachableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The one connection to a leader: opened when it is wanted, and again after it broke, with growing pauses while that fails. */
final class LeaderConnection {

    private static final System.Logger LOG = System.getLogger(LeaderConnection.class.getName());
    /** The listener on which nodes serve each other. */
    private static final String PEER = "peer";

    private final int leader;
    private final Surroundings world;
    private final Executor tasks;
    private final Runnable connected;
    private final Runnable lost;
    private final Backoff backoff;
    private @Nullable PeerConnection open;
    private boolean trying;
    private boolean closed;
    /** In a row, since the leader last answered. */
    private int failures;

    private boolean worked;

    /**
     * @param tasks runs everything here, one after the other
     * @param connected told when there is a connection
     * @param lost told when there is none any more
     */
    LeaderConnection(int leader, Surroundings world, Executor tasks, Runnable connected, Runnable lost) {
        this.leader = leader;
        this.world = world;
        this.tasks = tasks;
        this.connected = connected;
        this.lost = lost;
        this.backoff = new Backoff(world.limits().backoff(), world.random());
    }

    @Nullable
    PeerConnection get() {
        return open;
    }

    /** Sees to it that there is a connection, sooner or later: at once unless the last one was of no use. */
    void want() {
        if (open == null && !trying && !closed) {
            trying = true;
            if (failures == 0) {
                connect();
            } else {
                connectLater();
            }
        }
    }

    /** The leader has answered on it. */
    void worked() {
        if (!worked && failures > 0) {
            LOG.log(INFO, "Fetching from node {0} again", leader);
        }
        worked = true;
        failures = 0;
    }

    private void connect() {
        NodeInfo node = world.image().get().node(leader);
        Endpoint endpoint = node == null ? null : node.endpoints().get(PEER);
        if (endpoint == null) {
            failed("it is not registered with an endpoint named " + PEER);
            return;
        }
        world.network()
                .connect(endpoint.host(), endpoint.port(), world.limits().answerLimit())
                .whenComplete((connection, failure) -> tasks.execute(() -> {
                    if (connection != null) {
                        opened(connection);
                    } else {
                        refused(failure);
                    }
                }));
    }

    private void opened(PeerConnection connection) {
        trying = false;
        if (closed) {
            connection.close();
            return;
        }
        worked = false;
        open = connection;
        world.peers().connected(leader);
        connection
                .closed()
                .whenComplete((nothing, failure) -> tasks.execute(() -> {
                    if (open == connection) {
                        drop();
                    }
                }));
        connected.run();
    }

    private void refused(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof PeerUnreachableException unreachable && unreachable.refused()) {
            world.peers().refused(leader);
        }
        failed(String.valueOf(cause.getMessage()));
    }

    private void failed(String why) {
        if (++failures == 1) {
            LOG.log(WARNING, "Cannot fetch from node {0}, and tries on: {1}", leader, why);
        }
        connectLater();
    }

    private void connectLater() {
        world.scheduler()
                .schedule(
                        backoff.after(failures),
                        () -> tasks.execute(() -> {
                            if (closed) {
                                trying = false;
                            } else {
                                connect();
                            }
                        }));
    }

    /** Gives the connection up, if there is one. */
    void drop() {
        PeerConnection gone = open;
        if (gone != null) {
            open = null;
            if (!worked) {
                failures++;
            }
            gone.close();
            lost.run();
        }
    }

    /** For good. */
    void close() {
        closed = true;
        drop();
    }
}
