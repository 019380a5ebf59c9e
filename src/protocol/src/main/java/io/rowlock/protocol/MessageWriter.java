package io.rowlock.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes Kafka's primitive types into a buffer that grows. Records are not copied (unless they are small): the writer
 * notes where in the buffer they belong, and whoever sends the message sends stretches of the buffer and records in turn.
 * The writer holds no reference to records' buffers; they must live until the message is sent. Owns its buffer until
 * {@link #release()}. Not thread-safe.
 */
public final class MessageWriter {
    /** How the names of fields end that are told to people. */
    private static final String ERROR_MESSAGE = "rrorMessage";
    /** So much of a text fits whatever its characters are. */
    private static final int CUT_CHARS = 8_192;

    /** Records of at most so many bytes are copied: one more piece to send costs more. */
    public static final int COPIED_RECORDS_BYTES_MAX = 512;

    /** Records that belong between the bytes before and from {@code position} on of {@link #buffer()}. */
    public record Insertion(int position, Records records) {}

    private final ByteBuf buffer;
    private final List<Insertion> insertions = new ArrayList<>(0);
    private long insertedBytes;

    public MessageWriter(ByteBufAllocator allocator) {
        this(allocator, 256);
    }

    public MessageWriter(ByteBufAllocator allocator, int initialCapacity) {
        this.buffer = allocator.buffer(initialCapacity);
    }

    /** Everything written but the inserted records; the writer's own, to be released through it. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** In order of position. */
    public List<Insertion> insertions() {
        return Collections.unmodifiableList(insertions);
    }

    /**
     * The bytes of the whole message, inserted records included.
     *
     * @throws IllegalArgumentException if they exceed what a frame can declare
     */
    public int totalSize() {
        long total = buffer.readableBytes() + insertedBytes;
        if (total > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a message of " + total + " bytes exceeds a frame");
        }
        return (int) total;
    }

    public void release() {
        buffer.release();
    }

    public void writeBoolean(boolean value) {
        buffer.writeByte(value ? 1 : 0);
    }

    public void writeByte(int value) {
        buffer.writeByte(value);
    }

    public void writeShort(int value) {
        buffer.writeShort(value);
    }

    public void writeInt(int value) {
        buffer.writeInt(value);
    }

    /** Overwrites the four bytes at {@code position}: for a size that is known only at the end. */
    public void setInt(int position, int value) {
        buffer.setInt(position, value);
    }

    public void writeUnsignedInt(long value) {
        buffer.writeInt((int) value);
    }

    public void writeLong(long value) {
        buffer.writeLong(value);
    }

    public void writeDouble(double value) {
        buffer.writeDouble(value);
    }

    public void writeUuid(UUID value) {
        buffer.writeLong(value.getMostSignificantBits());
        buffer.writeLong(value.getLeastSignificantBits());
    }

    public void writeUnsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            buffer.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer.writeByte(rest);
    }

    public void writeString(String value, boolean flexible, String field) {
        int length = ByteBufUtil.utf8Bytes(value);
        if (length > Short.MAX_VALUE) {
            if (field.endsWith(ERROR_MESSAGE)) {
                // It quotes what its reader has sent, and is for people: the beginning says enough.
                writeString(value.substring(0, CUT_CHARS), flexible, field);
                return;
            }
            throw new IllegalArgumentException(field + ": a string of " + length + " bytes exceeds 32767");
        }
        if (flexible) {
            writeUnsignedVarint(length + 1);
        } else {
            buffer.writeShort(length);
        }
        ByteBufUtil.reserveAndWriteUtf8(buffer, value, length);
    }

    public void writeNullableString(@Nullable String value, boolean flexible, boolean nullable, String field) {
        if (value != null) {
            writeString(value, flexible, field);
            return;
        }
        requireNullable(nullable, field);
        if (flexible) {
            buffer.writeByte(0);
        } else {
            buffer.writeShort(-1);
        }
    }

    public void writeBytes(byte[] value, boolean flexible) {
        writeCount(value.length, flexible);
        buffer.writeBytes(value);
    }

    public void writeNullableBytes(byte @Nullable [] value, boolean flexible, boolean nullable, String field) {
        if (value == null) {
            writeNullCount(flexible, nullable, field);
        } else {
            writeBytes(value, flexible);
        }
    }

    public void writeRecords(@Nullable Records records, boolean flexible, boolean nullable, String field) {
        if (records == null) {
            writeNullCount(flexible, nullable, field);
            return;
        }
        int size = records.sizeInBytes();
        writeCount(size, flexible);
        if (records instanceof BufferRecords inMemory && size <= COPIED_RECORDS_BYTES_MAX) {
            ByteBuf source = inMemory.buffer();
            buffer.writeBytes(source, source.readerIndex(), size);
        } else if (size > 0) {
            insertions.add(new Insertion(buffer.writerIndex(), records));
            insertedBytes += size;
        }
    }

    /** The number of elements of an array, or the length of bytes. */
    public void writeCount(int count, boolean flexible) {
        if (flexible) {
            writeUnsignedVarint(count + 1);
        } else {
            buffer.writeInt(count);
        }
    }

    /** What stands for a null array, null bytes or null records. */
    public void writeNullCount(boolean flexible, boolean nullable, String field) {
        requireNullable(nullable, field);
        if (flexible) {
            buffer.writeByte(0);
        } else {
            buffer.writeInt(-1);
        }
    }

    /** Refuses null where the version does not allow it. */
    public static void requireNullable(boolean nullable, String field) {
        if (!nullable) {
            throw new IllegalArgumentException(field + " is null, which this version does not allow");
        }
    }

    /** Begins a tagged field; what is returned goes to {@link #endTag}. It must not contain records. */
    public int beginTag(int tag) {
        writeUnsignedVarint(tag);
        buffer.writeByte(0);
        return buffer.writerIndex();
    }

    /** Ends a tagged field and fills in its size, for which one byte was left: nearly all are that small. */
    public void endTag(int start) {
        int size = buffer.writerIndex() - start;
        if (size < 0x80) {
            buffer.setByte(start - 1, size);
            return;
        }
        byte[] content = new byte[size];
        buffer.getBytes(start, content);
        buffer.writerIndex(start - 1);
        writeUnsignedVarint(size);
        buffer.writeBytes(content);
    }

    /** A whole section of tagged fields of which the schema knows none. */
    public void writeUnknownTags(@Nullable List<RawTaggedField> fields) {
        if (fields == null) {
            buffer.writeByte(0);
            return;
        }
        writeUnsignedVarint(fields.size());
        writeUnknownTagsFrom(RawTaggedField.inTagOrder(fields), 0);
    }

    /** Writes all of {@code ordered} from index {@code next} on. */
    public void writeUnknownTagsFrom(List<RawTaggedField> ordered, int next) {
        for (int i = next; i < ordered.size(); i++) {
            writeUnknownTag(ordered.get(i));
        }
    }

    /**
     * Writes those of {@code ordered}, from index {@code next} on, that come before the known {@code tag}.
     *
     * @return the index of the first that was not written
     * @throws IllegalArgumentException if one of them bears the known tag
     */
    public int writeUnknownTagsBefore(int tag, List<RawTaggedField> ordered, int next) {
        int index = next;
        while (index < ordered.size() && ordered.get(index).tag() < tag) {
            writeUnknownTag(ordered.get(index++));
        }
        if (index < ordered.size() && ordered.get(index).tag() == tag) {
            throw new IllegalArgumentException("tag " + tag + " is among the unknown tagged fields, but is known");
        }
        return index;
    }

    private void writeUnknownTag(RawTaggedField field) {
        writeUnsignedVarint(field.tag());
        writeUnsignedVarint(field.data().length);
        buffer.writeBytes(field.data());
    }
}
