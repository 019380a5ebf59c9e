package io.rowlock.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection that are not answered yet, and the one place from which answers leave: in the order of the
 * requests, and with one flush for all that became ready in a turn of the event loop. Confined to the event loop.
 */
final class AnswerQueue {
    private final ByteBufAllocator allocator;
    private final ArrayDeque<Exchange> requests = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private boolean holding;
    private boolean flushDue;

    AnswerQueue(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    void attach(ChannelHandlerContext ctx) {
        context = ctx;
    }

    void add(Exchange request) {
        requests.add(request);
    }

    /** Requests without an answer, or whose answer waits for an earlier one's. */
    int size() {
        return requests.size();
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    /**
     * Sends what nothing earlier stands before.
     *
     * @throws RuntimeException if an answer cannot be encoded; what was sent before it stays sent
     */
    void sendReady() {
        for (Exchange first = requests.peek(); first != null && first.done(); first = requests.peek()) {
            requests.poll();
            Response response = first.takeResponse();
            ChannelHandlerContext ctx = context;
            if (response != null && ctx != null) {
                FrameWriter.write(ctx, response, allocator);
                flushSoon(ctx);
            }
        }
    }

    /** Until {@link #flushHeld()} there is more to come. */
    void holdFlush() {
        holding = true;
    }

    void flushHeld() {
        holding = false;
        flush();
    }

    private void flushSoon(ChannelHandlerContext ctx) {
        if (!flushDue) {
            flushDue = true;
            if (!holding) {
                ctx.channel().eventLoop().execute(this::flush);
            }
        }
    }

    private void flush() {
        ChannelHandlerContext ctx = context;
        if (flushDue && !holding && ctx != null) {
            flushDue = false;
            ctx.flush();
        }
    }

    /** Nothing can be sent any more. Requests still under way drop their answers when they end. */
    void drop() {
        for (Exchange request : requests) {
            if (request.done()) {
                request.releaseResponse();
            }
        }
        requests.clear();
    }
}
