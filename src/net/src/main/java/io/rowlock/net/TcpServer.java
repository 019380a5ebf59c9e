package io.rowlock.net;

import static java.lang.System.Logger.Level.WARNING;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.NetSocketInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one address and spreads the connections over several event loops. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing a channel is heard of by its close future
public final class TcpServer {
    /** Vert.x lets servers share a port of the system's choice under a number: one for each that asks. */
    private static final AtomicInteger SHARED_PORTS = new AtomicInteger();

    private final VertxInternal vertx;
    private final Settings settings;
    private final ConnectionResources shared;
    private final Function<ServerConnection, RequestHandler> handlers;
    private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
    private final List<NetServer> servers = new ArrayList<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean stopping;

    /**
     * Where to listen.
     *
     * @param host a name or address of this machine
     * @param port 0 for a free one
     * @param eventLoops over how many event loops connections are spread
     * @param connectionsMax connections beyond so many, of all servers with the same resources, are closed as they come;
     *     asked anew for each: Kafka's {@code max.connections}
     * @param backlog connections that the system keeps until they are accepted
     */
    public record Settings(String host, int port, int eventLoops, IntSupplier connectionsMax, int backlog) {

        /** With a limit of connections that stays. */
        public Settings(String host, int port, int eventLoops, int connectionsMax, int backlog) {
            this(host, port, eventLoops, () -> connectionsMax, backlog);
        }
    }

    /** {@code handlers} makes the handler for each new connection, on the connection's event loop. */
    public TcpServer(
            Vertx vertx,
            Settings settings,
            ConnectionResources shared,
            Function<ServerConnection, RequestHandler> handlers) {
        this.vertx = (VertxInternal) vertx;
        this.settings = settings;
        this.shared = shared;
        this.handlers = handlers;
    }

    /**
     * Starts to listen; to be called once. Completes with the port, or exceptionally with a {@link ListenException}.
     */
    public CompletionStage<Integer> start() {
        SocketAddress address = settings.port() == 0
                ? SocketAddress.sharedRandomPort(SHARED_PORTS.incrementAndGet(), settings.host())
                : SocketAddress.inetSocketAddress(settings.port(), settings.host());
        CompletableFuture<Integer> started = new CompletableFuture<>();
        List<Future<NetServer>> all = new ArrayList<>();
        for (int i = 0; i < settings.eventLoops(); i++) {
            all.add(listen(address));
        }
        Future.join(all).onComplete(result -> {
            if (result.succeeded()) {
                started.complete(all.get(0).result().actualPort());
            } else {
                ListenException refused = new ListenException(settings.host(), settings.port(), result.cause());
                closeServers().whenComplete((done, ignored) -> started.completeExceptionally(refused));
            }
        });
        return started;
    }

    private Future<NetServer> listen(SocketAddress address) {
        NetServerOptions options = new NetServerOptions()
                .setAcceptBacklog(settings.backlog())
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setReuseAddress(true);
        NetServer server = vertx.createNetServer(options).connectHandler(this::connected);
        synchronized (servers) {
            servers.add(server);
        }
        ContextInternal context = vertx.createEventLoopContext();
        io.vertx.core.Promise<NetServer> listening = io.vertx.core.Promise.promise();
        context.runOnContext(any -> server.listen(address).onComplete(listening));
        return listening.future();
    }

    private void connected(NetSocket socket) {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        if (stopping) {
            channel.close();
            return;
        }
        int connectionsMax = settings.connectionsMax().getAsInt();
        if (shared.open().incrementAndGet() > connectionsMax) {
            shared.open().decrementAndGet();
            shared.log().log(
                    WARNING,
                    () -> "closing the connection of " + channel.remoteAddress() + ": " + connectionsMax
                            + " are open, which is the limit");
            channel.close();
            return;
        }
        ServerConnection connection = new ServerConnection(channel, shared, handlers);
        connections.add(connection);
        channel.closeFuture().addListener(any -> gone(connection));
        channel.pipeline().addBefore("handler", "kafka", connection);
        if (stopping) {
            connection.drain();
        }
    }

    private void gone(ServerConnection connection) {
        connections.remove(connection);
        shared.open().decrementAndGet();
        if (stopping && connections.isEmpty()) {
            drained.complete(null);
        }
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /**
     * Takes no more connections and no more requests, and gives those in flight until {@code limit} to be answered;
     * completes when all connections are closed and the port is free.
     */
    public CompletionStage<Void> stop(Duration limit) {
        stopping = true;
        for (ServerConnection connection : connections) {
            connection.loop().execute(connection::drain);
        }
        if (connections.isEmpty()) {
            drained.complete(null);
        }
        return drained.copy()
                .completeOnTimeout(null, limit.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(any -> {
                    connections.forEach(ServerConnection::close);
                    return closeServers();
                });
    }

    private CompletionStage<Void> closeServers() {
        List<Future<Void>> closing = new ArrayList<>();
        synchronized (servers) {
            servers.forEach(server -> closing.add(server.close()));
        }
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Future.join(closing).onComplete(result -> {
            @Nullable Throwable cause = result.cause();
            if (cause == null) {
                whenPortIsFree(() -> closed.complete(null));
            } else {
                closed.completeExceptionally(cause);
            }
        });
        return closed;
    }

    /** A closed socket that a selector knows is let go of only when that selector selects again. */
    private void whenPortIsFree(Runnable task) {
        EventLoop acceptor = vertx.getAcceptorEventLoopGroup().next();
        acceptor.execute(() -> acceptor.schedule(task, 1, TimeUnit.MILLISECONDS));
    }
}
