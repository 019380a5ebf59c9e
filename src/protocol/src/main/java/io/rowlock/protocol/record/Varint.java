package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;

/** Zigzag varints as records use them (the encoding of Protocol Buffers' sint32 and sint64). */
final class Varint {

    static final int MAX_INT_BYTES = 5;
    static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    /** How many bytes {@code value} takes; the same whether it is written as an int or as a long. */
    static int sizeOf(long value) {
        long rest = (value << 1) ^ (value >> 63);
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(rest) + 6) / 7);
    }

    /** Writes {@code value} to the beginning of {@code target}; returns how many bytes that takes. */
    static int encode(byte[] target, long value) {
        long rest = (value << 1) ^ (value >> 63);
        int size = 0;
        while ((rest & ~0x7fL) != 0) {
            target[size++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        target[size++] = (byte) rest;
        return size;
    }

    static int readInt(ByteBuf in) throws InvalidRecordsException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = readByte(in);
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new InvalidRecordsException("a varint is longer than 5 bytes");
    }

    static long readLong(ByteBuf in) throws InvalidRecordsException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte b = readByte(in);
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new InvalidRecordsException("a varlong is longer than 10 bytes");
    }

    static void writeInt(ByteBuf out, int value) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    static void writeLong(ByteBuf out, long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static byte readByte(ByteBuf in) throws InvalidRecordsException {
        if (!in.isReadable()) {
            throw new InvalidRecordsException("a record ends within a number");
        }
        return in.readByte();
    }
}
