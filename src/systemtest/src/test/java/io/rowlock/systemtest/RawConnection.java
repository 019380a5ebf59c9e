package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A socket that says exactly the bytes it is told to, right or wrong. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawConnection(ServerProcess server) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.clientPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MS);
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect", e);
        }
    }

    /** Writes bytes as they are. A peer that already hung up is what many tests want, and shows when reading. */
    RawConnection send(byte... bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            if (!isHangUp(e)) {
                throw new UncheckedIOException("cannot send", e);
            }
        }
        return this;
    }

    private static boolean isHangUp(IOException e) {
        return e instanceof EOFException || e instanceof SocketException;
    }

    /** Writes bytes with their length in front. */
    RawConnection sendFrame(byte[] body) {
        return send(ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array());
    }

    /** Ends the sending direction only. */
    void finishSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot half-close", e);
        }
    }

    /** The next frame, or null when the broker closed the connection. Silence is a failure. */
    @Nullable
    ByteBuffer receive() {
        try {
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            return ByteBuffer.wrap(body);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither answered nor closed within " + PATIENCE_MS + " ms", e);
        } catch (IOException e) {
            if (isHangUp(e)) {
                return null;
            }
            throw new UncheckedIOException("cannot receive", e);
        }
    }

    /** Whether the connection is still open and silent after a moment. */
    boolean isOpenAndSilent() {
        try {
            socket.setSoTimeout(300);
            in.readByte();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            restorePatience();
        }
    }

    private void restorePatience() {
        try {
            socket.setSoTimeout(PATIENCE_MS);
        } catch (SocketException e) {
            throw new UncheckedIOException("cannot set the timeout", e);
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

    /** A request with a header of version 1 (before flexible versions). */
    static byte[] request(int apiKey, int version, int correlationId, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream data = new DataOutputStream(bytes);
            data.writeShort(apiKey);
            data.writeShort(version);
            data.writeInt(correlationId);
            string(data, "raw");
            body.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    /** A string of the protocol before flexible versions. */
    static void string(DataOutputStream data, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeShort(bytes.length);
        data.write(bytes);
    }

    /** Writes what follows the header. */
    @FunctionalInterface
    interface Body {
        void write(DataOutputStream data) throws IOException;
    }
}
