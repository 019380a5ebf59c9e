package io.rowlock.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OtherProtocolTest {

    @Test
    void namesWhatTheFirstBytesAreOf() {
        assertThat(OtherProtocol.hint(0x16030100)).contains("TLS");
        assertThat(OtherProtocol.hint(0x16030300)).contains("TLS");
        assertThat(OtherProtocol.hint(0x16020300)).isEmpty();
        assertThat(OtherProtocol.hint(http("GET "))).contains("HTTP");
        assertThat(OtherProtocol.hint(http("POST"))).contains("HTTP");
        assertThat(OtherProtocol.hint(http("GETS"))).isEmpty();
        assertThat(OtherProtocol.hint(-1)).isEmpty();
    }

    private static int http(String start) {
        return ByteBuffer.wrap(start.getBytes(StandardCharsets.US_ASCII)).getInt();
    }
}
