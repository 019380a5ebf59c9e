package io.rowlock.broker.wire;

import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.net.ConnectionResources;
import io.rowlock.net.TcpServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** An address at which this node serves the Kafka protocol. Thread-safe. */
public final class KafkaListener {
    private final TcpServer server;

    /**
     * @param name as in the configuration, such as {@code client}
     * @param apis what is served here, as far as it is for {@code kind}
     */
    public KafkaListener(
            Vertx vertx,
            String name,
            ListenerKind kind,
            TcpServer.Settings settings,
            ConnectionResources shared,
            ApiTable apis) {
        this.server = new TcpServer(
                vertx,
                settings,
                shared,
                connection -> new ClientConnection(connection, name, kind, apis, shared.log()));
    }

    /**
     * Starts to listen; to be called once. Completes with the port, or exceptionally with an {@link
     * io.rowlock.net.ListenException} that says in one sentence why not.
     */
    public CompletionStage<Integer> start() {
        return server.start();
    }

    /** How many connections are open. */
    public int connections() {
        return server.connections();
    }

    /**
     * Takes no more connections and requests, and gives those in flight until {@code limit} to be answered; completes when
     * all connections are closed and the port is free.
     */
    public CompletionStage<Void> stop(Duration limit) {
        return server.stop(limit);
    }
}
