package io.rowlock.broker.wire;

import static java.lang.System.Logger.Level.WARNING;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.ApiVersionsHandler;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.ServedApi;
import io.rowlock.broker.api.produce.PlainBytes;
import io.rowlock.net.BoundedLog;
import io.rowlock.net.Exchange;
import io.rowlock.net.RequestHandler;
import io.rowlock.net.ServerConnection;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ElementLimit;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MalformedMessageException;
import io.rowlock.protocol.message.RequestHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the broker knows of one connection, and the way of its requests to their handlers. As in Kafka, whatever cannot be
 * understood (an unknown API, a version that is not served, malformed bytes) closes the connection; only ApiVersions in an
 * unknown version is answered. Confined to the connection's event loop.
 */
final class ClientConnection implements RequestHandler {
    /**
     * The most that a request may take besides records: decoded, small elements need many times their bytes on the heap,
     * while records stay where they arrived.
     */
    static final int PLAIN_REQUEST_BYTES_MAX = 8 << 20;

    /** The most elements of arrays that a request may have: a fetch of 200,000 partitions, with its topics. */
    static final int REQUEST_ELEMENTS_MAX = 250_000;

    private static final short UNSUPPORTED_ANSWERED_AS = 0;

    private final ServerConnection connection;
    private final String listener;
    private final ListenerKind kind;
    private final ApiTable apis;
    private final BoundedLog log;
    private final Map<Class<?>, Object> attachments = new HashMap<>();
    private final List<Runnable> closeActions = new ArrayList<>();
    private boolean closed;

    ClientConnection(ServerConnection connection, String listener, ListenerKind kind, ApiTable apis, BoundedLog log) {
        this.connection = connection;
        this.listener = listener;
        this.kind = kind;
        this.apis = apis;
        this.log = log;
    }

    @Override
    public void handle(Exchange exchange) {
        ClientRequest request;
        ApiMessage body;
        try {
            ByteBuf frame = exchange.frame();
            ServedApi api = served(frame);
            short version = Headers.apiVersion(frame);
            RequestHeader header = Headers.readRequestHeader(frame, api.key());
            if (!api.serves(version)) {
                refuseVersion(exchange, api, header);
                return;
            }
            if (api.key() == ApiKey.PRODUCE) {
                requireMostlyRecords(frame, version);
            }
            request = new ClientRequest(this, exchange, api, header, version);
            body = ElementLimit.within(REQUEST_ELEMENTS_MAX, () -> api.key().readRequest(frame, version));
        } catch (MalformedMessageException | IndexOutOfBoundsException e) {
            refuse(exchange, String.valueOf(e.getMessage()));
            return;
        }
        request.handle(body);
    }

    private ServedApi served(ByteBuf frame) {
        short id = Headers.apiKeyId(frame);
        ServedApi api = apis.find(kind, id);
        if (api == null) {
            throw new MalformedMessageException("API " + id + " is not served on the listener " + listener);
        }
        if (frame.readableBytes() > PLAIN_REQUEST_BYTES_MAX && api.key() != ApiKey.PRODUCE) {
            throw new MalformedMessageException("a request of " + api.key().apiName() + " takes "
                    + frame.readableBytes() + " bytes; at most " + PLAIN_REQUEST_BYTES_MAX + " are accepted");
        }
        return api;
    }

    private static void requireMostlyRecords(ByteBuf body, short version) {
        if (body.readableBytes() > PLAIN_REQUEST_BYTES_MAX
                && !PlainBytes.within(PLAIN_REQUEST_BYTES_MAX, body, version)) {
            throw new MalformedMessageException("a request of Produce takes more than " + PLAIN_REQUEST_BYTES_MAX
                    + " bytes besides its records, which are all that is accepted");
        }
    }

    private void refuseVersion(Exchange exchange, ServedApi api, RequestHeader header) {
        if (api.key() != ApiKey.API_VERSIONS) {
            throw new MalformedMessageException(api.key().apiName() + " version " + header.requestApiVersion()
                    + " is not served, only " + api.lowest() + " to " + api.highest());
        }
        new ClientRequest(this, exchange, api, header, UNSUPPORTED_ANSWERED_AS)
                .accept(ApiVersionsHandler.unsupportedVersion(api));
    }

    /** Closes the connection, which is all that its client is told, and says why in the log. Any thread. */
    void refuse(Exchange exchange, String reason) {
        log.log(
                WARNING,
                () -> "closing the connection of " + connection.remoteAddress() + " to the listener " + listener + ": "
                        + reason);
        connection.close();
        exchange.answerNothing();
    }

    @Override
    public void closed() {
        closed = true;
        closeActions.forEach(Runnable::run);
        closeActions.clear();
        attachments.clear();
    }

    String listener() {
        return listener;
    }

    <T> T attachment(Class<T> type, Supplier<T> create) {
        Object there = attachments.get(type);
        if (there == null) {
            there = create.get();
            attachments.put(type, there);
        }
        return type.cast(there);
    }

    void onClose(Runnable action) {
        if (closed) {
            action.run();
        } else {
            closeActions.add(action);
        }
    }
}
