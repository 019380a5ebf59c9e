package io.rowlock.net;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection. Hands requests over as they arrive, sends answers in the order of the requests, and
 * stops reading while a bound is reached: requests or bytes in flight, answers not taken, the node's budget. Confined to
 * its event loop but for what says otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the channel tells by its events how writes and closing went
public final class ServerConnection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(ServerConnection.class.getName());

    private final ConnectionResources shared;
    private final ConnectionLimits limits;
    private final Channel channel;
    private final Intake intake;
    private final FrameReader reader;
    private final Scheduler scheduler;
    private final RequestHandler handler;
    private final AnswerQueue inFlight;

    private @Nullable ChannelHandlerContext context;
    private boolean pumping;
    private boolean readingNow;
    private int mutes;
    private boolean draining;
    private boolean closing;
    private boolean closed;
    private long received;
    private @Nullable IdleWatch idleWatch;

    /** For one channel; {@code handlers} makes the handler of its requests. */
    public ServerConnection(
            Channel channel, ConnectionResources shared, Function<ServerConnection, RequestHandler> handlers) {
        this.channel = channel;
        this.shared = shared;
        this.limits = shared.limits();
        this.scheduler = new EventLoopScheduler(channel.eventLoop());
        this.intake = new Intake(channel, shared, scheduler, this::pump, this::refuse);
        this.reader = intake.reader();
        this.inFlight = new AnswerQueue(shared.allocator());
        this.handler = handlers.apply(this);
    }

    /** Where the client is, or null if that is unknown. Any thread. */
    public @Nullable InetSocketAddress remoteAddress() {
        SocketAddress address = channel.remoteAddress();
        return address instanceof InetSocketAddress inet ? inet : null;
    }

    /** The thread that this connection is confined to. Any thread. */
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /** Timers on {@link #loop()}. Any thread. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Whether the caller runs on {@link #loop()}. Any thread. */
    public boolean inLoop() {
        return channel.eventLoop().inEventLoop();
    }

    /** Takes no further requests for {@code time}: how a client that exceeds its quota is held back. */
    public void mute(Duration time) {
        mutes++;
        scheduler.schedule(time, () -> {
            mutes--;
            pump();
        });
        pump();
    }

    /** Takes no further requests, answers those in flight, then closes. */
    public void drain() {
        draining = true;
        pump();
        closeIfDrained();
    }

    /** Closes at once. Any thread. */
    public void close() {
        channel.close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        inFlight.attach(ctx);
        intake.attach();
        if (!limits.idleMax().isZero()) {
            idleWatch = new IdleWatch(this, channel, limits.idleMax());
            idleWatch.start();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        readingNow = true;
        inFlight.holdFlush();
        received++;
        reader.received((ByteBuf) message);
        pump();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readingNow = false;
        reader.trim();
        pump();
        inFlight.flushHeld();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pump();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closed) {
            closed = true;
            if (idleWatch != null) {
                idleWatch.stop();
            }
            inFlight.drop();
            intake.close();
            handler.closed();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.log(DEBUG, () -> "connection of " + describe() + " lost: " + cause);
            close();
        } else {
            fail(cause);
        }
    }

    /** Hands over what has arrived as far as the bounds allow, and says whether to read on. */
    private void pump() {
        if (pumping || closed) {
            return;
        }
        pumping = true;
        try {
            deliver();
        } catch (FrameException e) {
            refuse(String.valueOf(e.getMessage()));
        } finally {
            pumping = false;
        }
        if (!closed) {
            readOn();
        }
    }

    private void deliver() throws FrameException {
        while (takesRequests()) {
            ByteBuf frame = reader.next();
            ReceiveBuffer source = reader.current();
            if (frame == null || source == null) {
                return;
            }
            Exchange exchange = new Exchange(this, source, frame);
            inFlight.add(exchange);
            try {
                handler.handle(exchange);
            } catch (RuntimeException | Error e) {
                if (!exchange.fail(e)) {
                    fail(e);
                }
            } finally {
                exchange.releaseFrame();
            }
        }
    }

    private boolean takesRequests() {
        return !closed
                && !closing
                && !draining
                && mutes == 0
                && inFlight.size() < limits.inFlightRequestsMax()
                && channel.isWritable();
    }

    private void readOn() {
        intake.readOn(takesRequests() && reader.heldBytes() < limits.inFlightBytesMax());
    }

    void takeBack(ReceiveBuffer lender) {
        reader.takeBack(lender);
        if (!pumping && !readingNow && !closed) {
            reader.trim();
        }
    }

    /** On the event loop: {@code exchange} was answered, or will never be. */
    void ended(Exchange exchange) {
        if (closed) {
            exchange.releaseResponse();
            return;
        }
        Throwable failure = exchange.failure();
        if (failure != null) {
            fail(failure);
            return;
        }
        try {
            inFlight.sendReady();
        } catch (RuntimeException e) {
            fail(e);
        }
        closeIfDrained();
        pump();
    }

    private void closeIfDrained() {
        if (draining && inFlight.isEmpty() && !closed && context != null) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void refuse(String reason) {
        if (!closed && !closing) {
            closing = true;
            shared.log().log(WARNING, () -> "closing the connection of " + describe() + ": " + reason);
            close();
        }
    }

    private void fail(Throwable cause) {
        if (!closed && !closing) {
            closing = true;
            shared.log().log(WARNING, () -> "closing the connection of " + describe() + " after a failure", cause);
            close();
        }
    }

    /** Grows with every read. */
    long received() {
        return received;
    }

    int inFlight() {
        return inFlight.size();
    }

    private String describe() {
        return String.valueOf(channel.remoteAddress());
    }
}
