package io.rowlock.testkit;

import java.util.Arrays;

/** Bytes that grow as they are written; what lies between two writes is zero. */
final class SimBytes {

    private byte[] data = new byte[0];
    private int size;

    int size() {
        return size;
    }

    void write(int position, byte[] bytes, int length) {
        int end = Math.addExact(position, length);
        if (end > data.length) {
            data = Arrays.copyOf(data, Math.max(end, data.length * 2));
        }
        System.arraycopy(bytes, 0, data, position, length);
        size = Math.max(size, end);
    }

    void truncate(int newSize) {
        if (newSize < size) {
            Arrays.fill(data, newSize, size, (byte) 0);
            size = newSize;
        }
    }

    /** Grows to {@code newSize}, with zeros. */
    void extend(int newSize) {
        write(newSize, data, 0);
    }

    void flipBit(int position, int bit) {
        data[position] ^= (byte) (1 << bit);
    }

    byte[] read(int position, int length) {
        int from = Math.min(position, size);
        return Arrays.copyOfRange(data, from, Math.min(size, from + Math.min(length, size - from)));
    }

    SimBytes copy() {
        SimBytes copy = new SimBytes();
        copy.data = Arrays.copyOf(data, size);
        copy.size = size;
        return copy;
    }
}
