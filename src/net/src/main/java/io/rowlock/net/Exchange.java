package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One request and the way to answer it. Whoever receives it calls exactly one of {@link #answer}, {@link
 * #answerNothing} and {@link #fail}, once, on any thread, and not before memory of the frame that it retained is no
 * longer needed: until then the request counts as in flight and its bytes as used, which is what keeps a client from
 * sending faster than the node works.
 */
public final class Exchange {
    private static final AtomicIntegerFieldUpdater<Exchange> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(Exchange.class, "ended");

    private final ServerConnection connection;
    private final ByteBuf frame;
    /** Null once the frame's memory counts as free. */
    private @Nullable ReceiveBuffer source;

    private boolean frameReleased;

    @SuppressWarnings("UnusedVariable") // read through the updater
    private volatile int ended;

    private @Nullable Response response;
    private @Nullable Throwable failure;
    private boolean done;

    Exchange(ServerConnection connection, ReceiveBuffer source, ByteBuf frame) {
        this.connection = connection;
        this.source = source;
        this.frame = frame;
    }

    /** The request without its length field. Valid until its handler returns; who needs it longer retains it. */
    public ByteBuf frame() {
        return frame;
    }

    public ServerConnection connection() {
        return connection;
    }

    /** The handler has returned. If nobody retained the frame, its memory is free at once and not with the answer. */
    void releaseFrame() {
        frameReleased = true;
        if (frame.release() || done) {
            takeBack();
        }
    }

    /** Sends {@code answer} when all earlier requests of the connection are answered; takes it over in any case. */
    public void answer(Response answer) {
        if (!ENDED.compareAndSet(this, 0, 1)) {
            answer.release();
            throw new IllegalStateException("the request was answered before");
        }
        response = answer;
        end();
    }

    /** Ends a request to which the protocol has no answer. */
    public void answerNothing() {
        if (!ENDED.compareAndSet(this, 0, 1)) {
            throw new IllegalStateException("the request was answered before");
        }
        end();
    }

    /** Closes the connection because the request cannot be answered. Returns false if it was answered before. */
    public boolean fail(Throwable cause) {
        if (!ENDED.compareAndSet(this, 0, 1)) {
            return false;
        }
        failure = cause;
        end();
        return true;
    }

    private void end() {
        if (connection.inLoop()) {
            ended();
            return;
        }
        try {
            connection.loop().execute(this::ended);
        } catch (RejectedExecutionException loopIsGone) {
            // The process stops: no event loop is left that would mind its buffers, but files must be let go of.
            releaseResponse();
        }
    }

    private void ended() {
        done = true;
        if (frameReleased) {
            takeBack();
        }
        connection.ended(this);
    }

    private void takeBack() {
        ReceiveBuffer lender = source;
        if (lender != null) {
            source = null;
            connection.takeBack(lender);
        }
    }

    boolean done() {
        return done;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** The response, whose release is now the caller's matter; null if there is none. */
    @Nullable
    Response takeResponse() {
        Response taken = response;
        response = null;
        return taken;
    }

    void releaseResponse() {
        Response unsent = takeResponse();
        if (unsent != null) {
            unsent.release();
        }
    }
}
