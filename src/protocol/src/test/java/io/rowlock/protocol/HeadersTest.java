package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;

class HeadersTest {

    @Test
    void requestHeadersAreKafkas() {
        for (ApiKey api : ApiKey.values()) {
            for (short v = api.lowestVersion(); v <= api.highestVersion(); v++) {
                for (String clientId : new String[] {"a client ü", "", null}) {
                    MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
                    Headers.writeRequestHeader(out, api, v, 0x01020304, clientId);
                    var header = new org.apache.kafka.common.requests.RequestHeader(
                            ApiKeys.forId(api.id()), v, clientId, 0x01020304);
                    ByteBuffer kafkas = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                            .buffer();
                    ByteBuf ours = out.buffer();
                    assertThat(ours).as("%s %d", api, v).isEqualTo(Unpooled.wrappedBuffer(kafkas));
                    assertThat(Headers.apiKeyId(ours)).isEqualTo(api.id());
                    assertThat(Headers.apiVersion(ours)).isEqualTo(v);
                    assertThat(Headers.correlationId(ours)).isEqualTo(0x01020304);
                    assertThat(Headers.readRequestHeader(ours, api).clientId()).isEqualTo(clientId);
                    assertThat(ours.isReadable()).isFalse();
                    out.release();
                }
            }
        }
    }

    @Test
    void responseHeadersAreKafkas() {
        for (ApiKey api : ApiKey.values()) {
            for (short v = api.lowestVersion(); v <= api.highestVersion(); v++) {
                assertThat(api.responseHeaderVersion(v))
                        .as("%s %d", api, v)
                        .isEqualTo(ApiKeys.forId(api.id()).responseHeaderVersion(v));
                MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
                Headers.writeResponseHeader(out, api, v, -5);
                assertThat(Headers.readResponseHeader(out.buffer(), api, v).correlationId())
                        .isEqualTo(-5);
                out.release();
            }
        }
    }

    @Test
    void aRequestForVersionsInAVersionOfTheFutureHasAReadableHeader() {
        MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        Headers.writeRequestHeader(out, ApiKey.API_VERSIONS, (short) 1000, 7, "from the future");

        assertThat(ApiKey.API_VERSIONS.hasVersion(Headers.apiVersion(out.buffer())))
                .isFalse();
        assertThat(Headers.readRequestHeader(out.buffer(), ApiKey.API_VERSIONS).clientId())
                .isEqualTo("from the future");
        assertThat(ApiKey.API_VERSIONS.responseHeaderVersion((short) 1000)).isZero();
        out.release();
    }

    @Test
    void aFrameTooShortForItsHeaderIsMalformed() {
        ByteBuf seven = Unpooled.wrappedBuffer(new byte[7]);
        assertThatThrownBy(() -> Headers.apiKeyId(seven)).isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> Headers.apiVersion(seven)).isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> Headers.correlationId(seven)).isInstanceOf(MalformedMessageException.class);
        assertThat(Headers.apiKeyId(Unpooled.wrappedBuffer(new byte[8]))).isZero();
    }
}
