package io.rowlock.net;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.MalformedMessageException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to another node over TCP. Whatever it sends that is not the answer that is due (another's, one too long, one
 * that cannot be read, one that nobody asked for) closes the connection, because nothing behind it can be trusted. Confined
 * to its event loop but for the methods of {@link PeerConnection}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the channel tells by its events how writes and closing went
final class TcpPeerConnection extends ChannelInboundHandlerAdapter implements PeerConnection {
    private static final System.Logger LOG = System.getLogger(TcpPeerConnection.class.getName());

    private final Channel channel;
    private final ConnectionResources shared;
    private final String clientId;
    private final String peer;
    private final Scheduler scheduler;
    private final Intake intake;
    private final ArrayDeque<WaitingRequest> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable PeerUnreachableException reason;
    private int nextCorrelationId;
    private boolean over;

    /** @param peer what messages call the other node */
    TcpPeerConnection(Channel channel, ConnectionResources shared, String clientId, String peer) {
        this.channel = channel;
        this.shared = shared;
        this.clientId = clientId;
        this.peer = peer;
        this.scheduler = new EventLoopScheduler(channel.eventLoop());
        this.intake = new Intake(channel, shared, scheduler, this::takeAnswers, this::refuse);
    }

    @Override
    public CompletionStage<ApiMessage> send(ApiKey api, short version, ApiMessage request, Duration limit) {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        try {
            channel.eventLoop().execute(() -> start(api, version, request, limit, answer));
        } catch (RejectedExecutionException loopIsGone) {
            answer.completeExceptionally(unreachable("the connection to " + peer + " ended with its event loop"));
        }
        return answer;
    }

    private void start(
            ApiKey api, short version, ApiMessage request, Duration limit, CompletableFuture<ApiMessage> answer) {
        ChannelHandlerContext ctx = context;
        // A channel that is closed and has not said so yet takes no more bytes either, which is not for lack of
        // answers.
        if (over || reason != null || ctx == null || !channel.isActive()) {
            answer.completeExceptionally(reason());
            return;
        }
        if (waiting.size() >= shared.limits().inFlightRequestsMax() || !channel.isWritable()) {
            answer.completeExceptionally(new RejectedExecutionException(
                    peer + " has " + waiting.size() + " requests to answer: no more are sent until it does"));
            return;
        }
        WaitingRequest sent = new WaitingRequest(api, version, request, nextCorrelationId++, clientId, answer);
        try {
            FrameWriter.write(ctx, sent, shared.allocator());
        } catch (RuntimeException e) {
            // Nothing of it was written, so the connection stays as good as it was.
            answer.completeExceptionally(e);
            return;
        }
        waiting.add(sent);
        sent.limitedBy(scheduler.schedule(
                limit, () -> end(peer + " did not answer " + sent + " within " + limit.toMillis() + " ms", null)));
        ctx.flush();
    }

    @Override
    public CompletionStage<Void> closed() {
        return closed.minimalCompletionStage();
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        intake.attach();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        intake.reader().received((ByteBuf) message);
        takeAnswers();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        intake.reader().trim();
        takeAnswers();
    }

    private void takeAnswers() {
        try {
            FrameReader reader = intake.reader();
            while (!over && reason == null) {
                ByteBuf frame = reader.next();
                ReceiveBuffer source = reader.current();
                if (frame == null || source == null) {
                    break;
                }
                try {
                    takeAnswer(frame);
                } finally {
                    frame.release();
                    reader.takeBack(source);
                }
            }
        } catch (FrameException | MalformedMessageException | IndexOutOfBoundsException e) {
            refuse(String.valueOf(e.getMessage()));
        }
        if (!over) {
            intake.readOn(reason == null);
        }
    }

    /** What the caller keeps of the frame are its records, which are counted by nobody: it asked for so many bytes. */
    private void takeAnswer(ByteBuf frame) {
        WaitingRequest first = waiting.peek();
        if (first == null) {
            throw new MalformedMessageException(
                    "an answer of " + frame.readableBytes() + " bytes that nobody asked for");
        }
        ApiMessage answer = first.read(frame);
        waiting.poll();
        first.succeed(answer);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            shared.log().log(WARNING, () -> "closing the connection to " + peer + " after a failure", cause);
        }
        end("the connection to " + peer + " was lost: " + cause.getMessage(), cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        intake.close();
        PeerUnreachableException why = reason();
        LOG.log(DEBUG, why::getMessage);
        for (WaitingRequest each = waiting.poll(); each != null; each = waiting.poll()) {
            each.fail(why);
        }
        closed.complete(null);
        ctx.fireChannelInactive();
    }

    private void refuse(String what) {
        if (reason == null) {
            shared.log().log(WARNING, () -> "closing the connection to " + peer + ": " + what);
        }
        end("the connection to " + peer + " was closed: " + what, null);
    }

    /** What waits fails once the channel says that it is closed. */
    private void end(String why, @Nullable Throwable cause) {
        if (reason == null) {
            reason = new PeerUnreachableException(why, false, cause);
        }
        channel.close();
    }

    private PeerUnreachableException reason() {
        return reason == null ? unreachable("the connection to " + peer + " is closed") : reason;
    }

    private static PeerUnreachableException unreachable(String message) {
        return new PeerUnreachableException(message, false, null);
    }
}
