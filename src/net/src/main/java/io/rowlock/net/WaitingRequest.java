package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ElementLimit;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MalformedMessageException;
import io.rowlock.protocol.MessageReader;
import io.rowlock.protocol.MessageWriter;
import java.util.concurrent.CompletableFuture;

/**
 * A request to a peer, from sending it to its answer; part of every asking end, whatever it sends over. Confined to the
 * connection's event loop.
 */
public final class WaitingRequest implements Response {
    /** Twice what a request may name: an answer has an element for each, and lists of aborted transactions beside them. */
    private static final int ANSWER_ELEMENTS_MAX = 500_000;

    private final ApiKey api;
    private final short version;
    private final ApiMessage request;
    private final int correlationId;
    private final String clientId;
    private final CompletableFuture<ApiMessage> answer;
    private Scheduler.Timer limit = () -> false;

    /**
     * @param correlationId of no other request that waits on the connection
     * @param answer completed by {@link #succeed} or {@link #fail}
     */
    public WaitingRequest(
            ApiKey api,
            short version,
            ApiMessage request,
            int correlationId,
            String clientId,
            CompletableFuture<ApiMessage> answer) {
        this.api = api;
        this.version = version;
        this.request = request;
        this.correlationId = correlationId;
        this.clientId = clientId;
        this.answer = answer;
    }

    /** Ends {@code timer} with the wait. */
    public void limitedBy(Scheduler.Timer timer) {
        limit = timer;
    }

    @Override
    public MessageWriter encode(ByteBufAllocator allocator) {
        MessageWriter out = new MessageWriter(allocator);
        try {
            out.writeInt(0);
            Headers.writeRequestHeader(out, api, version, correlationId, clientId);
            request.write(out, version);
        } catch (RuntimeException | Error e) {
            out.release();
            throw e;
        }
        return out;
    }

    /** The request is on its way; nothing is held for it here. */
    @Override
    public void release() {}

    /**
     * Reads the answer, whose records get references of their own.
     *
     * @throws MalformedMessageException if {@code frame} is no answer to this request
     */
    public ApiMessage read(ByteBuf frame) {
        int correlation = MessageReader.readInt(frame.duplicate());
        if (correlation != correlationId) {
            throw new MalformedMessageException("an answer to request " + correlation + " came where one to "
                    + correlationId + " (" + this + ") is due");
        }
        Headers.readResponseHeader(frame, api, version);
        ApiMessage read = ElementLimit.within(ANSWER_ELEMENTS_MAX, () -> api.readResponse(frame, version));
        AnswerRecords.retain(read);
        return read;
    }

    /** Hands {@code read} to whoever asked. */
    public void succeed(ApiMessage read) {
        limit.cancel();
        if (!answer.complete(read)) {
            AnswerRecords.release(read);
        }
    }

    /** Tells whoever asked that no answer will come. */
    public void fail(Throwable cause) {
        limit.cancel();
        answer.completeExceptionally(cause);
    }

    @Override
    public String toString() {
        return api.apiName() + " v" + version;
    }
}
