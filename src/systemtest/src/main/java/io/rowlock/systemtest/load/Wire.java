package io.rowlock.systemtest.load;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The few shapes of the Kafka protocol that are needed here, in versions before the flexible ones. */
final class Wire {
    private static final String CLIENT_ID = "load";

    private Wire() {}

    /** Writes what follows the header. */
    @FunctionalInterface
    interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    /** A whole request, its length in front. */
    static ByteBuffer request(int apiKey, int version, Body body) {
        byte[] content = bytes(out -> {
            out.writeShort(apiKey);
            out.writeShort(version);
            out.writeInt(0);
            string(out, CLIENT_ID);
            body.write(out);
        });
        return ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .flip();
    }

    static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    static void string(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    static void nullString(DataOutputStream out) throws IOException {
        out.writeShort(-1);
    }

    static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** A string; empty where it is null. */
    static String string(ByteBuffer in) {
        byte[] bytes = new byte[Math.max(0, in.getShort())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
