package io.rowlock.broker.wire;

import io.netty.buffer.ByteBufAllocator;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.ServedApi;
import io.rowlock.net.Exchange;
import io.rowlock.net.Response;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.message.RequestHeader;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request on its way through its handler: what the handler sees of it, takes its answer to, and sends. */
final class ClientRequest implements RequestContext, Consumer<ApiMessage>, Response {
    private final ClientConnection connection;
    private final Exchange exchange;
    private final ServedApi api;
    private final RequestHeader header;
    private final short responseVersion;
    private boolean silent;
    private @Nullable ApiMessage response;

    ClientRequest(
            ClientConnection connection,
            Exchange exchange,
            ServedApi api,
            RequestHeader header,
            short responseVersion) {
        this.connection = connection;
        this.exchange = exchange;
        this.api = api;
        this.header = header;
        this.responseVersion = responseVersion;
    }

    /** Has {@code body} handled. */
    void handle(ApiMessage body) {
        silent = !api.handler().expectsResponse(body);
        api.handler().handle(this, body, this);
    }

    /** Takes the answer. Any thread. */
    @Override
    public void accept(ApiMessage answer) {
        if (!silent) {
            response = answer;
            exchange.answer(this);
            return;
        }
        ResponseRecords.release(answer);
        if (Refusals.in(answer)) {
            connection.refuse(exchange, "a request of " + api.key().apiName() + " failed that asked for no answer");
        } else {
            exchange.answerNothing();
        }
    }

    @Override
    public MessageWriter encode(ByteBufAllocator allocator) {
        ApiMessage body = response;
        if (body == null) {
            throw new IllegalStateException("there is no answer to " + api.key());
        }
        MessageWriter out = new MessageWriter(allocator);
        try {
            out.writeInt(0);
            Headers.writeResponseHeader(out, api.key(), responseVersion, header.correlationId());
            body.write(out, responseVersion);
        } catch (RuntimeException | Error e) {
            out.release();
            throw e;
        }
        return out;
    }

    @Override
    public void release() {
        ApiMessage sent = response;
        if (sent != null) {
            ResponseRecords.release(sent);
        }
    }

    @Override
    public short apiVersion() {
        return header.requestApiVersion();
    }

    @Override
    public @Nullable String clientId() {
        return header.clientId();
    }

    @Override
    public String listener() {
        return connection.listener();
    }

    @Override
    public @Nullable InetSocketAddress clientAddress() {
        return exchange.connection().remoteAddress();
    }

    @Override
    public Scheduler scheduler() {
        return exchange.connection().scheduler();
    }

    @Override
    public <T> T attachment(Class<T> type, Supplier<T> create) {
        return connection.attachment(type, create);
    }

    @Override
    public void onClose(Runnable action) {
        connection.onClose(action);
    }

    @Override
    public void execute(Runnable task) {
        exchange.connection().loop().execute(task);
    }

    @Override
    public String toString() {
        return api.key() + " v" + apiVersion() + " #" + header.correlationId() + " of " + clientId();
    }
}
