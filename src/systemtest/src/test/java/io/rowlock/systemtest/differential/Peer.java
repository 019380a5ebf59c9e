package io.rowlock.systemtest.differential;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** One of the two brokers, with a connection for each actor. An answer is a tree as {@link MessageCodec} makes it. Used by one thread. */
final class Peer implements AutoCloseable {
    private static final int PATIENCE_MS = 15_000;
    private static final Map<String, Object> CLOSED = Map.of("connection", "closed");
    private static final Map<String, Object> SILENT = Map.of("connection", "silent");
    private static final Map<String, Object> UNANSWERED = Map.of("connection", "open, no answer");

    private final int port;
    private final Map<String, Line> lines = new HashMap<>();
    private Bindings bindings = new Bindings("");
    private int correlationId;

    Peer(int port) {
        this.port = port;
    }

    /** Forgets what the last run taught. */
    void begin(String prefix) {
        lines.values().forEach(Line::close);
        lines.clear();
        bindings = new Bindings(prefix);
    }

    Bindings bindings() {
        return bindings;
    }

    /** Writes a request without waiting for its answer, which {@link #receive} gives. */
    void send(Request request) {
        Line line = lines.computeIfAbsent(request.actor(), actor -> new Line(port));
        line.send(MessageCodec.request(request, correlationId++, bindings::resolve));
        if (expectsNothing(request)) {
            Request probe = new Request(ApiKeys.API_VERSIONS, (short) 0, request.actor(), "", false, Map.of());
            line.send(MessageCodec.request(probe, correlationId++, bindings::resolve));
        }
    }

    /** Whether there is something to {@link #receive} at once. */
    boolean hasAnswered(Request request) {
        Line line = lines.get(request.actor());
        return line == null || line.isReadable();
    }

    /** The answer to the oldest request of this actor that has none, and what it teaches. */
    Map<String, Object> receive(Request request) {
        Line line = lines.get(request.actor());
        if (line == null) {
            return CLOSED;
        }
        try {
            ByteBuffer frame = line.receive();
            if (frame == null) {
                drop(request.actor());
                return CLOSED;
            }
            if (expectsNothing(request)) {
                return UNANSWERED;
            }
            Map<String, Object> answer = MessageCodec.response(request.api(), request.version(), frame);
            bindings.learn(request, answer);
            return answer;
        } catch (SocketTimeoutException e) {
            drop(request.actor());
            return SILENT;
        }
    }

    /** A request and its answer. */
    Map<String, Object> exchange(Request request) {
        send(request);
        return receive(request);
    }

    private void drop(String actor) {
        Line line = lines.remove(actor);
        if (line != null) {
            line.close();
        }
    }

    private static boolean expectsNothing(Request request) {
        return request.api() == ApiKeys.PRODUCE
                && request.body().get("acks") instanceof Number acks
                && acks.intValue() == 0;
    }

    @Override
    public void close() {
        lines.values().forEach(Line::close);
    }

    /** One connection. */
    private static final class Line implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        Line(int port) {
            try {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(PATIENCE_MS);
                in = new DataInputStream(socket.getInputStream());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot connect", e);
            }
        }

        /** That the other end hung up shows when reading. */
        void send(byte[] body) {
            ByteBuffer frame =
                    ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body);
            try {
                socket.getOutputStream().write(frame.array());
            } catch (SocketException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot send", e);
            }
        }

        boolean isReadable() {
            try {
                return in.available() > 0;
            } catch (IOException e) {
                return true;
            }
        }

        @Nullable
        ByteBuffer receive() throws SocketTimeoutException {
            try {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                return ByteBuffer.wrap(frame);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (EOFException | SocketException e) {
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot receive", e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close", e);
            }
        }
    }
}
