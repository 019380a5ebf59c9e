package io.rowlock.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.rowlock.ports.Clock;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Connections to other nodes over TCP, spread over Vert.x's event loops. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that closes is heard of by its handler
public final class TcpPeerNetwork implements PeerNetwork {
    /** What operating systems say when nobody listens. Other reasons come as the same exception. */
    private static final String REFUSED = "Connection refused";

    /** What half-received answers may take together; a longer one is received alone. */
    private static final long ANSWER_BYTES = 64 << 20;
    /** A peer that behaves strangely must not fill the log. */
    private static final int LOG_LINES_MAX = 20;

    private static final Duration LOG_LINES_PERIOD = Duration.ofMinutes(1);

    private final VertxInternal vertx;
    private final ConnectionResources shared;
    private final String clientId;

    /**
     * With bounds apart from those of the connections that others open to this node, so that clients who use theirs up
     * hinder no replication.
     *
     * @param clock for bounds on log lines
     * @param answerBytesMax the longest answer that is taken
     * @param clientId what this node calls itself in requests
     */
    public TcpPeerNetwork(Vertx vertx, Clock clock, int answerBytesMax, String clientId) {
        this(
                vertx,
                new ConnectionResources(
                        ConnectionLimits.defaults().withFrameBytesMax(answerBytesMax),
                        new MemoryBudget(ANSWER_BYTES),
                        Buffers.pool(1),
                        new BoundedLog(
                                System.getLogger(TcpPeerNetwork.class.getName()),
                                clock,
                                LOG_LINES_MAX,
                                LOG_LINES_PERIOD)),
                clientId);
    }

    /**
     * @param shared bounds: of an answer, of requests without an answer, of what has not been sent
     * @param clientId what this node calls itself in requests
     */
    public TcpPeerNetwork(Vertx vertx, ConnectionResources shared, String clientId) {
        this.vertx = (VertxInternal) vertx;
        this.shared = shared;
        this.clientId = clientId;
    }

    @Override
    public CompletionStage<PeerConnection> connect(String host, int port, Duration limit) {
        CompletableFuture<PeerConnection> connected = new CompletableFuture<>();
        try {
            open(host, port, limit, connected);
        } catch (RejectedExecutionException loopIsGone) {
            connected.completeExceptionally(new PeerUnreachableException(
                    "no connection to " + host + ":" + port + " while stopping", false, null));
        }
        return connected;
    }

    private void open(String host, int port, Duration limit, CompletableFuture<PeerConnection> connected) {
        EventLoop loop = vertx.createEventLoopContext().nettyEventLoop();
        Opening opening = new Opening(host + ":" + port);
        ChannelFuture attempt = new Bootstrap()
                .group(loop)
                .channelFactory(vertx.transport().channelFactory(false))
                .resolver(vertx.nettyAddressResolverGroup())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, limit.toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(opening)
                .connect(InetSocketAddress.createUnresolved(host, port));
        // The resolution of the name takes its time, too.
        var timer = loop.schedule(
                () -> {
                    if (connected.completeExceptionally(new PeerUnreachableException(
                            opening.peer + " could not be reached within " + limit.toMillis() + " ms", false, null))) {
                        attempt.cancel(false);
                    }
                },
                Math.max(0, limit.toNanos()),
                TimeUnit.NANOSECONDS);
        attempt.addListener(any -> {
            timer.cancel(false);
            opening.done(attempt, connected);
        });
    }

    /** One attempt. The handler is there before the first byte can arrive. */
    private final class Opening extends ChannelInitializer<Channel> {
        private final String peer;
        private final CompletableFuture<TcpPeerConnection> connection = new CompletableFuture<>();

        Opening(String peer) {
            this.peer = peer;
        }

        @Override
        protected void initChannel(Channel channel) {
            TcpPeerConnection made = new TcpPeerConnection(channel, shared, clientId, peer);
            channel.pipeline().addLast("kafka", made);
            connection.complete(made);
        }

        void done(ChannelFuture attempt, CompletableFuture<PeerConnection> connected) {
            if (!attempt.isSuccess()) {
                // One that was cancelled while its host's name was looked up is still open.
                attempt.channel().close();
                Throwable cause = attempt.cause();
                connected.completeExceptionally(new PeerUnreachableException(
                        "no connection to " + peer + ": " + cause.getMessage(), isRefusal(cause), cause));
            } else if (!connected.complete(connection.join())) {
                attempt.channel().close();
            }
        }
    }

    private static boolean isRefusal(Throwable cause) {
        return cause instanceof ConnectException
                && !(cause instanceof ConnectTimeoutException)
                && String.valueOf(cause.getMessage()).contains(REFUSED);
    }
}
