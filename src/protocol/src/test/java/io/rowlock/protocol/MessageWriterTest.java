package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.MetadataRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
    private final MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT, 8);

    /** Records that no buffer holds, as a log's would be. */
    private record Elsewhere(int sizeInBytes) implements Records {}

    @AfterEach
    void release() {
        out.release();
    }

    @Test
    void recordsAreInsertedAndCounted() {
        out.writeInt(7);
        Records first = new Elsewhere(1000);
        out.writeRecords(first, false, true, "f");
        out.writeShort(1);
        Records second = new Elsewhere(1);
        out.writeRecords(second, true, true, "f");
        out.writeRecords(new Elsewhere(0), true, true, "f");

        assertThat(out.insertions())
                .containsExactly(new MessageWriter.Insertion(8, first), new MessageWriter.Insertion(11, second));
        assertThat(out.buffer().readableBytes()).isEqualTo(12);
        assertThat(out.totalSize()).isEqualTo(1013);
    }

    @Test
    void smallRecordsInMemoryAreCopied() {
        ByteBuf small = Unpooled.buffer().writeZero(MessageWriter.COPIED_RECORDS_BYTES_MAX);
        ByteBuf large = Unpooled.buffer().writeZero(MessageWriter.COPIED_RECORDS_BYTES_MAX + 1);
        out.writeRecords(new BufferRecords(small), false, true, "f");
        assertThat(out.insertions()).isEmpty();
        out.writeRecords(new BufferRecords(large), false, true, "f");
        assertThat(out.insertions()).hasSize(1);
        assertThat(out.totalSize()).isEqualTo(4 + 512 + 4 + 513);
        assertThat(small.readableBytes()).isEqualTo(512);
    }

    @Test
    void aMessageLargerThanAFrameIsRefused() {
        out.writeRecords(new Elsewhere(Integer.MAX_VALUE - 4), false, true, "f");
        assertThat(out.totalSize()).isEqualTo(Integer.MAX_VALUE);
        out.writeByte(0);
        assertThatThrownBy(out::totalSize).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tagsKeepTheirContentWhereTheirSizeNeedsMoreBytes() {
        for (int size : new int[] {0, 127, 128, 16_383, 16_384}) {
            MessageWriter writer = new MessageWriter(UnpooledByteBufAllocator.DEFAULT, 8);
            int start = writer.beginTag(3);
            for (int i = 0; i < size; i++) {
                writer.writeByte(i);
            }
            writer.endTag(start);
            writer.writeByte(99);

            ByteBuf in = writer.buffer();
            assertThat(MessageReader.readUnsignedVarint(in)).isEqualTo(3);
            assertThat(MessageReader.readUnsignedVarint(in)).isEqualTo(size);
            for (int i = 0; i < size; i++) {
                assertThat(in.readByte()).isEqualTo((byte) i);
            }
            assertThat(in.readByte()).isEqualTo((byte) 99);
            assertThat(in.isReadable()).isFalse();
            writer.release();
        }
    }

    @Test
    void unknownTagsStandInOrderAroundTheKnownOne() {
        List<RawTaggedField> unknown = List.of(
                new RawTaggedField(9, new byte[] {9}),
                new RawTaggedField(2, new byte[] {2}),
                new RawTaggedField(7, new byte[0]));
        List<RawTaggedField> ordered = RawTaggedField.inTagOrder(unknown);

        int next = out.writeUnknownTagsBefore(5, ordered, 0);
        assertThat(next).isEqualTo(1);
        out.endTag(out.beginTag(5));
        out.writeUnknownTagsFrom(ordered, next);

        assertThat(MessageKind.allBytes(out)).isEqualTo(new byte[] {2, 1, 2, 5, 0, 7, 0, 9, 1, 9});
        assertThatThrownBy(() -> out.writeUnknownTagsBefore(7, ordered, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tag 7");
    }

    @Test
    void stringsOfMoreThanAShortAreRefused() {
        out.writeString("ü" + "x".repeat(32_765), false, "f");
        assertThat(out.totalSize()).isEqualTo(2 + 32_767);
        assertThatThrownBy(() -> out.writeString("ü" + "x".repeat(32_766), true, "f"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("f: a string of 32768 bytes exceeds 32767");
    }

    @Test
    void halfASurrogatePairIsReplacedAndNotMiscounted() {
        out.writeString("a\ud800b", false, "f");
        assertThat(MessageKind.allBytes(out)).isEqualTo(new byte[] {0, 3, 'a', '?', 'b'});
    }

    @Test
    void nullWhereTheVersionHasNoneIsRefused() {
        MetadataRequest all = new MetadataRequest().setTopics(null);
        assertThat(MessageKind.write(all, (short) 1)).isNotEmpty();
        assertThatThrownBy(() -> MessageKind.write(all, (short) 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MetadataRequest.topics is null, which this version does not allow");
    }

    @Test
    void whatAVersionDoesNotCarryIsRefused() {
        FetchResponse response = new FetchResponse().setSessionId(5);
        assertThat(MessageKind.write(response, (short) 7)).isNotEmpty();
        assertThatThrownBy(() -> MessageKind.write(response, (short) 6))
                .isInstanceOf(UnsupportedVersionException.class)
                .hasMessage("FetchResponse.sessionId is set, but version 6 does not carry it");
        assertThatThrownBy(() -> MessageKind.write(new FetchResponse(), (short) 19))
                .isInstanceOf(UnsupportedVersionException.class);
    }

    @Test
    void aMessageForPeopleIsCutWhereNoStringCanBeSoLong() {
        for (String one : new String[] {"x", "\u20ac"}) {
            MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
            out.writeString(one.repeat(Short.MAX_VALUE + 1), true, "Answer.errorMessage");
            assertThat(MessageReader.readString(out.buffer(), true, "f")).isEqualTo(one.repeat(8_192));
            out.release();
        }
    }
}
