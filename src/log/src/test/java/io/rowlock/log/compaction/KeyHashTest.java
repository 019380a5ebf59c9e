package io.rowlock.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** Against the test vectors of the authors of SipHash: secret 00 to 0f, input 00, 01, 02 and so on. */
class KeyHashTest {

    private static String hash(int length) {
        KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        ByteBuf input = Unpooled.buffer();
        for (int i = 0; i < length; i++) {
            input.writeByte(i);
        }
        hash.compute(input);
        assertThat(input.readableBytes()).isEqualTo(length);
        return "%016x %016x".formatted(Long.reverseBytes(hash.first()), Long.reverseBytes(hash.second()));
    }

    @Test
    void agreesWithTheReference() {
        assertThat(hash(0)).isEqualTo("a3817f04ba25a8e6 6df67214c7550293");
        assertThat(hash(1)).isEqualTo("da87c1d86b99af44 347659119b22fc45");
    }

    @Test
    void everyLengthAndSecretGivesAnother() {
        assertThat(hash(7)).isNotEqualTo(hash(8)).isNotEqualTo(hash(9));
        KeyHash other = new KeyHash(1, 2);
        other.compute(Unpooled.EMPTY_BUFFER);
        assertThat(other.first()).isNotEqualTo(Long.reverseBytes(0xa3817f04ba25a8e6L));
    }
}
