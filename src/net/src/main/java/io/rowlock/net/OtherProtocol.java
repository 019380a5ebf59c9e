package io.rowlock.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Knows the first bytes of what is sent to a Kafka port by mistake, read as the length that stands before a request. */
final class OtherProtocol {
    private static final int TLS_HANDSHAKE_3 = 0x1603;
    private static final Set<String> HTTP =
            Set.of("GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "PRI ");

    private OtherProtocol() {}

    /** What a frame of that length probably is, to be added to a line of the log; empty if it says nothing. */
    static String hint(int length) {
        if (length >>> Short.SIZE == TLS_HANDSHAKE_3) {
            return "; it looks like TLS, and this listener is plaintext";
        }
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
        return HTTP.contains(new String(bytes, StandardCharsets.ISO_8859_1))
                ? "; it looks like HTTP, and this listener speaks Kafka's protocol"
                : "";
    }
}
