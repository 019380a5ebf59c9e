package io.rowlock.broker.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MessageWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A client that says what it is told to, byte by byte if need be. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    public RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        // A test that waits for an answer that does not come fails, and does not hang.
        socket.setSoTimeout(PATIENCE_MS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    public void send(ApiKey api, int version, int correlationId, ApiMessage body) throws IOException {
        send(api, version, correlationId, body, version);
    }

    /** The header says {@code version}, the body is of {@code bodyVersion}. */
    public void send(ApiKey api, int version, int correlationId, ApiMessage body, int bodyVersion) throws IOException {
        MessageWriter writer = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        Headers.writeRequestHeader(writer, api, (short) version, correlationId, "raw");
        body.write(writer, (short) bodyVersion);
        ByteBuf frame = Unpooled.buffer(writer.totalSize());
        for (MessageWriter.Insertion insertion : writer.insertions()) {
            ByteBuf before = writer.buffer();
            frame.writeBytes(before, insertion.position() - before.readerIndex());
            frame.writeBytes(((BufferRecords) insertion.records()).buffer().duplicate());
        }
        frame.writeBytes(writer.buffer());
        writer.release();
        send(frame.array());
    }

    public void send(byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    /** The next answer, which must be to {@code correlationId}. */
    public ApiMessage receive(ApiKey api, int version, int correlationId) throws IOException {
        ByteBuf frame = Unpooled.wrappedBuffer(in.readNBytes(in.readInt()));
        int answered = Headers.readResponseHeader(frame, api, (short) version).correlationId();
        if (answered != correlationId) {
            throw new IOException("the answer is to " + answered + ", not to " + correlationId);
        }
        ApiMessage body = api.readResponse(frame, (short) version);
        if (frame.isReadable()) {
            throw new IOException(frame.readableBytes() + " bytes follow the answer");
        }
        return body;
    }

    /** Whether the broker closes the connection, with nothing said before. */
    public boolean isClosedByPeer() throws IOException {
        try {
            return in.read() == -1;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
