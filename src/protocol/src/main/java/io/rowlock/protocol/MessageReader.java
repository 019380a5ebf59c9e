package io.rowlock.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads Kafka's primitive types from a frame. Every length and count is held against the bytes that remain before
 * anything is allocated, so that what a message takes in memory is bounded by the bytes that arrived. All methods advance
 * the reader index and throw {@link MalformedMessageException}, and nothing else, on bytes that do not fit. In
 * parameters, {@code flexible} selects the compact encoding of KIP-482 and {@code nullable} whether null is legal.
 */
public final class MessageReader {
    /** The default of every uuid field. */
    public static final UUID ZERO_UUID = new UUID(0, 0);

    /** The default of every bytes field. */
    public static final byte[] NO_BYTES = new byte[0];

    private static final int LIST_CAPACITY_MAX = 1024;
    /** Each byte that is not UTF-8 becomes a replacement character, of three bytes. */
    private static final int EXPANDING_BYTES = Short.MAX_VALUE / 3;

    private MessageReader() {}

    public static boolean readBoolean(ByteBuf in) {
        return readByte(in) != 0;
    }

    public static byte readByte(ByteBuf in) {
        require(in, Byte.BYTES);
        return in.readByte();
    }

    public static short readShort(ByteBuf in) {
        require(in, Short.BYTES);
        return in.readShort();
    }

    public static int readUnsignedShort(ByteBuf in) {
        require(in, Short.BYTES);
        return in.readUnsignedShort();
    }

    public static int readInt(ByteBuf in) {
        require(in, Integer.BYTES);
        return in.readInt();
    }

    public static long readUnsignedInt(ByteBuf in) {
        require(in, Integer.BYTES);
        return in.readUnsignedInt();
    }

    public static long readLong(ByteBuf in) {
        require(in, Long.BYTES);
        return in.readLong();
    }

    public static double readDouble(ByteBuf in) {
        require(in, Double.BYTES);
        return in.readDouble();
    }

    public static UUID readUuid(ByteBuf in) {
        require(in, 2 * Long.BYTES);
        long high = in.readLong();
        long low = in.readLong();
        return high == 0 && low == 0 ? ZERO_UUID : new UUID(high, low);
    }

    /** An unsigned varint that counts something, hence from 0 to 2^31-1. */
    public static int readUnsignedVarint(ByteBuf in) {
        byte first = readByte(in);
        return first >= 0 ? first : readLongVarint(in, first);
    }

    private static int readLongVarint(ByteBuf in, byte first) {
        long value = first & 0x7f;
        for (int shift = 7; shift <= 28; shift += 7) {
            byte next = readByte(in);
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                if (value > Integer.MAX_VALUE) {
                    throw new MalformedMessageException("the varint " + value + " exceeds 2^31-1");
                }
                return (int) value;
            }
        }
        throw new MalformedMessageException("a varint is longer than 5 bytes");
    }

    public static String readString(ByteBuf in, boolean flexible, String field) {
        return stringOf(in, lengthOfString(in, flexible, false, field));
    }

    public static @Nullable String readNullableString(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = lengthOfString(in, flexible, nullable, field);
        return length < 0 ? null : stringOf(in, length);
    }

    private static int lengthOfString(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = flexible ? readUnsignedVarint(in) - 1 : readShort(in);
        if (length > Short.MAX_VALUE) {
            throw new MalformedMessageException(field + ": a string of " + length + " bytes exceeds 32767");
        }
        return checkLength(in, length, nullable, field);
    }

    /** What cannot be encoded again within the limit is not UTF-8: no answer could name it. */
    private static String stringOf(ByteBuf in, int length) {
        if (length == 0) {
            return "";
        }
        int start = in.readerIndex();
        in.skipBytes(length);
        String text = in.toString(start, length, StandardCharsets.UTF_8);
        if (length > EXPANDING_BYTES && ByteBufUtil.utf8Bytes(text) > Short.MAX_VALUE) {
            throw new MalformedMessageException("a string of " + length + " bytes is not UTF-8");
        }
        return text;
    }

    public static byte[] readBytes(ByteBuf in, boolean flexible, String field) {
        return bytesOf(in, lengthOfBytes(in, flexible, false, field));
    }

    public static byte @Nullable [] readNullableBytes(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = lengthOfBytes(in, flexible, nullable, field);
        return length < 0 ? null : bytesOf(in, length);
    }

    /** Records as a slice of {@code in} that is not retained. */
    public static @Nullable Records readRecords(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = lengthOfBytes(in, flexible, nullable, field);
        return length < 0 ? null : new BufferRecords(in.readSlice(length));
    }

    private static int lengthOfBytes(ByteBuf in, boolean flexible, boolean nullable, String field) {
        int length = flexible ? readUnsignedVarint(in) - 1 : readInt(in);
        return checkLength(in, length, nullable, field);
    }

    private static byte[] bytesOf(ByteBuf in, int length) {
        if (length == 0) {
            return NO_BYTES;
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    private static int checkLength(ByteBuf in, int length, boolean nullable, String field) {
        if (length < 0) {
            return checkNull(length, nullable, field);
        }
        if (length > in.readableBytes()) {
            throw new MalformedMessageException(
                    field + ": length " + length + ", but only " + in.readableBytes() + " bytes remain");
        }
        return length;
    }

    private static int checkNull(int length, boolean nullable, String field) {
        if (length < -1) {
            throw new MalformedMessageException(field + ": negative length " + length);
        }
        if (!nullable) {
            throw new MalformedMessageException(field + " is null, which this version does not allow");
        }
        return length;
    }

    /**
     * The number of elements of an array, or -1 for null.
     *
     * @param bytesPerElement the least that an element takes, at least 1
     */
    public static int readCount(ByteBuf in, boolean flexible, boolean nullable, int bytesPerElement, String field) {
        int count = flexible ? readUnsignedVarint(in) - 1 : readInt(in);
        if (count < 0) {
            return checkNull(count, nullable, field);
        }
        if ((long) count * bytesPerElement > in.readableBytes()) {
            throw new MalformedMessageException(field + ": " + count + " elements cannot stand in the "
                    + in.readableBytes() + " bytes that remain");
        }
        ElementLimit.take(count);
        return count;
    }

    /** A list for {@code count} elements that are about to be read; grows only as they really come. */
    public static <T> List<T> listFor(int count) {
        return new ArrayList<>(Math.min(count, LIST_CAPACITY_MAX));
    }

    /** A whole section of tagged fields of which none is known; null if it is empty. */
    public static @Nullable List<RawTaggedField> readUnknownTags(ByteBuf in, String struct) {
        @Nullable List<RawTaggedField> fields = null;
        for (int left = readUnsignedVarint(in); left > 0; left--) {
            int tag = readUnsignedVarint(in);
            fields = readUnknownTag(in, fields, tag, readTagSize(in, struct));
        }
        return fields;
    }

    /** The size of a tagged field, which is known to remain. */
    public static int readTagSize(ByteBuf in, String struct) {
        return checkLength(in, readUnsignedVarint(in), false, struct + ": tagged field");
    }

    /** Appends an unknown tagged field of {@code size} bytes to {@code fields} and returns the list. */
    public static List<RawTaggedField> readUnknownTag(
            ByteBuf in, @Nullable List<RawTaggedField> fields, int tag, int size) {
        ElementLimit.take(1);
        List<RawTaggedField> result = fields == null ? new ArrayList<>(2) : fields;
        result.add(new RawTaggedField(tag, bytesOf(in, size)));
        return result;
    }

    /** Checks that a tagged field took exactly the size that it declared. */
    public static void endTag(ByteBuf in, int expectedIndex, int tag, String struct) {
        if (in.readerIndex() != expectedIndex) {
            throw new MalformedMessageException(struct + ": tagged field " + tag + " is "
                    + (in.readerIndex() - expectedIndex) + " bytes longer than its declared size");
        }
    }

    /** For a tag that exists in other versions of the struct than this one. */
    public static MalformedMessageException tagNotInVersion(String struct, int tag, short version) {
        return new MalformedMessageException(struct + ": tag " + tag + " is not valid in version " + version);
    }

    /** To be called when a whole message was read: what remains then is no part of it. */
    public static void requireEnd(ByteBuf in, String message) {
        if (in.isReadable()) {
            throw new MalformedMessageException(in.readableBytes() + " bytes follow the end of " + message);
        }
    }

    private static void require(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            throw new MalformedMessageException("the message ends after " + in.writerIndex() + " bytes where " + bytes
                    + " are expected at " + in.readerIndex());
        }
    }
}
