package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.ServedApi;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.Records;
import io.rowlock.protocol.TransferableRecords;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.RequestHeader;
import io.rowlock.testkit.SimFrames;
import io.rowlock.testkit.SimProcess;
import io.rowlock.testkit.SimServer;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One connection to a simulated node: from frames to the handlers of a broker and back, answers in order. */
final class ServedConnection implements SimServer.Session {
    private final SimProcess process;
    private final ApiTable apis;
    private final ListenerKind kind;
    private final SimServer.Peer peer;
    private final ArrayDeque<Request> requests = new ArrayDeque<>();
    private final Map<Class<?>, Object> attachments = new HashMap<>();
    private final List<Runnable> closeActions = new ArrayList<>();
    private boolean closed;

    ServedConnection(SimProcess process, ApiTable apis, ListenerKind kind, SimServer.Peer peer) {
        this.process = process;
        this.apis = apis;
        this.kind = kind;
        this.peer = peer;
    }

    @Override
    public void received(byte[] frame) {
        ByteBuf bytes = Unpooled.wrappedBuffer(frame);
        ServedApi api = apis.find(kind, Headers.apiKeyId(bytes));
        short version = Headers.apiVersion(bytes);
        if (api == null || !api.serves(version)) {
            peer.close();
            return;
        }
        RequestHeader header = Headers.readRequestHeader(bytes, api.key());
        ApiMessage body = api.key().readRequest(bytes, version);
        Request request = new Request(api, header);
        requests.add(request);
        api.handler().handle(request, body, request::answer);
    }

    @Override
    public void closed() {
        closed = true;
        closeActions.forEach(Runnable::run);
    }

    private void sendReady() {
        for (Request first = requests.peek(); first != null && first.answer != null; first = requests.peek()) {
            requests.poll();
            first.send();
        }
    }

    /** One request on its way. */
    private final class Request implements RequestContext {
        private final ServedApi api;
        private final RequestHeader header;
        private @Nullable ApiMessage answer;

        Request(ServedApi api, RequestHeader header) {
            this.api = api;
            this.header = header;
        }

        void answer(ApiMessage message) {
            if (answer != null) {
                throw new IllegalStateException(api.key() + " was answered twice");
            }
            answer = message;
            process.execute(ServedConnection.this::sendReady);
        }

        private void send() {
            ApiMessage message = answer;
            if (message == null) {
                throw new IllegalStateException("no answer");
            }
            if (!closed) {
                MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
                out.writeInt(0);
                Headers.writeResponseHeader(out, api.key(), apiVersion(), header.correlationId());
                message.write(out, apiVersion());
                peer.send(SimFrames.payload(out));
            }
            release(message);
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
            return kind == ListenerKind.CLIENT ? "client" : "peer";
        }

        @Override
        public @Nullable InetSocketAddress clientAddress() {
            return null;
        }

        @Override
        public Scheduler scheduler() {
            return process;
        }

        @Override
        public <T> T attachment(Class<T> type, Supplier<T> create) {
            return type.cast(attachments.computeIfAbsent(type, any -> create.get()));
        }

        @Override
        public void onClose(Runnable action) {
            if (closed) {
                action.run();
            } else {
                closeActions.add(action);
            }
        }

        @Override
        public void execute(Runnable task) {
            process.execute(task);
        }
    }

    private static void release(ApiMessage message) {
        if (message instanceof FetchResponse fetch) {
            fetch.responses().forEach(topic -> topic.partitions().forEach(one -> release(one.records())));
        }
    }

    private static void release(@Nullable Records records) {
        if (records instanceof TransferableRecords inFile) {
            inFile.release();
        } else if (records instanceof BufferRecords inMemory) {
            inMemory.buffer().release();
        }
    }
}
