package io.rowlock.broker.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Damages requests without knowing what they mean. */
final class Mutator {
    /** Damage upon damage would else grow without end. */
    private static final int BYTES_MAX = 128 << 10;

    private static final int[] NUMBERS = {
        -1, -2, 0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 10_000, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffffff0f
    };

    private final Random random;

    Mutator(Random random) {
        this.random = random;
    }

    /** {@code request} with some damage; {@code other} gives what is put into it. */
    byte[] damaged(byte[] request, byte[] other) {
        byte[] bytes = request.clone();
        for (int times = 1 + random.nextInt(4); times > 0 && bytes.length > 0; times--) {
            bytes = once(bytes, other);
        }
        return bytes.length > BYTES_MAX ? Arrays.copyOf(bytes, BYTES_MAX) : bytes;
    }

    private byte[] once(byte[] bytes, byte[] other) {
        // The header is damaged too, but not so often that nothing gets behind it.
        int from = random.nextInt(8) == 0 ? 0 : Math.min(8, bytes.length - 1);
        int at = from + random.nextInt(bytes.length - from);
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 3 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> overwrite(bytes, at, 4);
            case 6 -> overwrite(bytes, at, 2);
            case 7 -> {
                return insert(bytes, at, slice(bytes, 64));
            }
            case 8 -> {
                return insert(bytes, at, slice(other, 256));
            }
            default -> {
                return remove(bytes, at, 1 + random.nextInt(8));
            }
        }
        return bytes;
    }

    private void overwrite(byte[] bytes, int at, int size) {
        int number = NUMBERS[random.nextInt(NUMBERS.length)];
        byte[] four = ByteBuffer.allocate(4).putInt(number).array();
        System.arraycopy(four, 4 - size, bytes, at, Math.min(size, bytes.length - at));
    }

    private byte[] slice(byte[] of, int most) {
        if (of.length == 0) {
            return of;
        }
        int start = random.nextInt(of.length);
        return Arrays.copyOfRange(of, start, Math.min(of.length, start + 1 + random.nextInt(most)));
    }

    private static byte[] insert(byte[] bytes, int at, byte[] part) {
        byte[] result = Arrays.copyOf(bytes, bytes.length + part.length);
        System.arraycopy(bytes, at, result, at + part.length, bytes.length - at);
        System.arraycopy(part, 0, result, at, part.length);
        return result;
    }

    private static byte[] remove(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] result = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, result, at, bytes.length - end);
        return result;
    }
}
