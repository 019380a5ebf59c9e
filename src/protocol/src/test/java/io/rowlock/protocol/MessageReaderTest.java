package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.ProduceRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
    }

    @ParameterizedTest
    @CsvSource({"00,0", "01,1", "7f,127", "8001,128", "ff7f,16383", "808001,16384", "ffffffff07,2147483647", "8000,0"})
    void varints(String bytes, int value) {
        ByteBuf in = hex(bytes);
        assertThat(MessageReader.readUnsignedVarint(in)).isEqualTo(value);
        assertThat(in.isReadable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"8080808008", "ffffffff0f", "ffffffffff01", "808080808000", "80", "ffffffff"})
    void varintsThatAreTooLargeTooLongOrCutOff(String bytes) {
        assertThatThrownBy(() -> MessageReader.readUnsignedVarint(hex(bytes)))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void fixedSizesNeedAllOfTheirBytes() {
        assertThat(MessageReader.readLong(hex("00000000000000ff"))).isEqualTo(255);
        assertThatThrownBy(() -> MessageReader.readLong(hex("000000000000ff")))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("ends after 7 bytes");
        assertThatThrownBy(() -> MessageReader.readUuid(hex("00".repeat(15))))
                .isInstanceOf(MalformedMessageException.class);
        assertThat(MessageReader.readUuid(hex("00".repeat(16)))).isSameAs(MessageReader.ZERO_UUID);
        assertThat(MessageReader.readUuid(hex("00".repeat(15) + "01"))).isEqualTo(new UUID(0, 1));
        assertThat(MessageReader.readUnsignedShort(hex("ffff"))).isEqualTo(0xffff);
        assertThat(MessageReader.readUnsignedInt(hex("ffffffff"))).isEqualTo(0xffffffffL);
        assertThat(MessageReader.readBoolean(hex("02"))).isTrue();
    }

    @Test
    void stringsEndWithTheBytesThatRemain() {
        assertThat(MessageReader.readString(hex("0002 6162"), false, "f")).isEqualTo("ab");
        assertThat(MessageReader.readString(hex("03 6162"), true, "f")).isEqualTo("ab");
        assertThatThrownBy(() -> MessageReader.readString(hex("0003 6162"), false, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("f: length 3, but only 2 bytes remain");
        assertThatThrownBy(() -> MessageReader.readString(hex("04 6162"), true, "f"))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void compactStringsAreNoLongerThanOthersCanBe() {
        ByteBuf longest = Unpooled.buffer().writeBytes(hex("808002")).writeZero(0x8000);
        assertThat(MessageReader.readString(longest, true, "f")).hasSize(0x7fff);
        ByteBuf longer = Unpooled.buffer().writeBytes(hex("818002")).writeZero(0x8000);
        assertThatThrownBy(() -> MessageReader.readString(longer, true, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("32768 bytes exceeds 32767");
    }

    @Test
    void nullOnlyWhereItIsAllowed() {
        assertThat(MessageReader.readNullableString(hex("ffff"), false, true, "f"))
                .isNull();
        assertThat(MessageReader.readNullableString(hex("00"), true, true, "f")).isNull();
        assertThat(MessageReader.readNullableBytes(hex("ffffffff"), false, true, "f"))
                .isNull();
        assertThat(MessageReader.readRecords(hex("00"), true, true, "f")).isNull();
        assertThatThrownBy(() -> MessageReader.readString(hex("ffff"), false, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("null");
        assertThatThrownBy(() -> MessageReader.readNullableString(hex("00"), true, false, "f"))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> MessageReader.readNullableString(hex("fffe"), false, true, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("-2");
    }

    @Test
    void countsAreHeldAgainstWhatRemains() {
        assertThat(MessageReader.readCount(hex("00000002 00000000 0000"), false, false, 3, "f"))
                .isEqualTo(2);
        assertThatThrownBy(() -> MessageReader.readCount(hex("00000002 00000000 00"), false, false, 3, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("f: 2 elements cannot stand in the 5 bytes that remain");
        assertThatThrownBy(() -> MessageReader.readCount(hex("7fffffff").writerIndex(4), false, false, 2, "f"))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> MessageReader.readCount(hex("ffffffff07"), true, false, 100, "f"))
                .isInstanceOf(MalformedMessageException.class);
        assertThat(MessageReader.readCount(hex("01"), true, false, 1, "f")).isZero();
    }

    @Test
    void aTaggedFieldTakesExactlyItsSize() {
        // ApiVersions and the like have no known tags; the header's section is read alike: one tag, two bytes.
        assertThat(MessageReader.readUnknownTags(hex("01 05 02 aabb"), "s"))
                .isEqualTo(List.of(new RawTaggedField(5, new byte[] {(byte) 0xaa, (byte) 0xbb})));
        assertThat(MessageReader.readUnknownTags(hex("00"), "s")).isNull();
        assertThatThrownBy(() -> MessageReader.readUnknownTags(hex("01 05 03 aabb"), "s"))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> MessageReader.readUnknownTags(hex("ffffffff07 05 00"), "s"))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> MessageReader.endTag(hex("aa"), 1, 0, "s"))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void recordsAreSlicesWithoutAReferenceOfTheirOwn() {
        ByteBuf frame = hex("ffff 0001 00000000 00000001 0001 61 00000001 00000000 00000003 010203");
        ProduceRequest request = ProduceRequest.read(frame, (short) 3);
        BufferRecords records = (BufferRecords) Objects.requireNonNull(
                request.topicData().get(0).partitionData().get(0).records());

        assertThat(records.sizeInBytes()).isEqualTo(3);
        frame.setByte(frame.writerIndex() - 1, 9);
        assertThat(records.buffer()).isEqualTo(hex("010209"));
        assertThat(frame.refCnt()).isEqualTo(1);
        frame.release();
        assertThat(records.buffer().refCnt()).isZero();
    }

    @Test
    void versionsOutOfRangeAreRefused() {
        short tooHigh = (short) (MetadataRequest.HIGHEST_SUPPORTED_VERSION + 1);
        assertThatThrownBy(() -> MetadataRequest.read(hex("00"), tooHigh))
                .isInstanceOf(UnsupportedVersionException.class)
                .hasMessage("MetadataRequest has versions 0 to 13, not 14");
        assertThatThrownBy(() -> MetadataRequest.read(hex("00"), (short) -1))
                .isInstanceOf(UnsupportedVersionException.class);
    }

    /** Each of its bytes would be three in an answer that names it. */
    @Test
    void aStringThatIsNotUtf8AndCouldNotBeAnsweredIsMalformed() {
        int fits = Short.MAX_VALUE / 3;
        assertThat(MessageReader.readString(notUtf8(fits), false, "f")).hasSize(fits);
        assertThatThrownBy(() -> MessageReader.readString(notUtf8(fits + 1), false, "f"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("not UTF-8");
    }

    private static ByteBuf notUtf8(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xff);
        return Unpooled.buffer().writeShort(length).writeBytes(bytes);
    }

    @Test
    void elementsOfAllArraysCountAgainstTheLimitOfTheMessage() {
        for (int inner : new int[] {0, 3}) {
            MetadataRequest request = new MetadataRequest()
                    .setTopics(Collections.nCopies(5, new MetadataRequest.MetadataRequestTopic().setName("t")));
            for (int tag = 0; tag < inner; tag++) {
                request.unknownTaggedFields().add(new RawTaggedField(100 + tag, new byte[0]));
            }
            byte[] bytes = MessageKind.write(request, (short) 12);
            ByteBuf wire = Unpooled.wrappedBuffer(bytes);
            assertThat(ElementLimit.within(5 + inner, () -> MetadataRequest.read(wire.duplicate(), (short) 12)))
                    .isEqualTo(request);
            assertThatThrownBy(() ->
                            ElementLimit.within(4 + inner, () -> MetadataRequest.read(wire.duplicate(), (short) 12)))
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageContaining("more than " + (4 + inner) + " elements");
            assertThat(MetadataRequest.read(wire.duplicate(), (short) 12)).isEqualTo(request);
        }
    }
}
