package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged messages give a value or a MalformedMessageException, and never more memory than their bytes account for. */
class MalformedInputTest {
    private static final int CASES_PER_VERSION = 100;
    private static final int CUTS_PER_VERSION = 60;
    private static final int[] HOSTILE_NUMBERS = {
        -1, -2, 0, 1, 0x7f, 0x80, 0x7fff, 0xffff, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffffff0f, 0xffffffff
    };

    static List<MessageKind> all() {
        return MessageKind.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void damagedMessagesAreAValueOrMalformed(MessageKind kind) {
        for (short version = kind.lowest(); version <= kind.highest(); version++) {
            for (int i = 0; i < CASES_PER_VERSION; i++) {
                long seed = kind.name().hashCode() * 31L + version * 1009L + i;
                Random random = new Random(seed);
                byte[] valid = new RandomWire(seed).message(kind.schema(version));
                byte[] damaged = damage(valid, random);
                read(kind, damaged, version, kind + " version " + version + " seed " + seed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void messagesThatEndTooSoonAreMalformed(MessageKind kind) {
        for (short version = kind.lowest(); version <= kind.highest(); version++) {
            byte[] valid = new RandomWire(version).message(kind.schema(version));
            int step = Math.max(1, valid.length / CUTS_PER_VERSION);
            for (int length = 0; length < valid.length; length += step) {
                String where = kind + " version " + version + " cut to " + length + " of " + valid.length;
                assertThat(read(kind, Arrays.copyOf(valid, length), version, where))
                        .as(where)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void bytesAfterTheEndAreMalformed(MessageKind kind) {
        for (short version = kind.lowest(); version <= kind.highest(); version++) {
            byte[] valid = new RandomWire(version).message(kind.schema(version));
            String where = kind + " version " + version;
            assertThat(read(kind, valid, version, where)).as(where).isTrue();
            assertThat(read(kind, Arrays.copyOf(valid, valid.length + 1), version, where))
                    .as(where)
                    .isFalse();
        }
    }

    private static byte[] damage(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> overwrite(bytes, at, HOSTILE_NUMBERS[random.nextInt(HOSTILE_NUMBERS.length)]);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(4));
                default -> System.arraycopy(valid, 0, bytes, at, Math.min(valid.length, bytes.length - at));
            }
        }
        return bytes;
    }

    private static void overwrite(byte[] bytes, int at, int number) {
        byte[] four = ByteBuffer.allocate(4).putInt(number).array();
        System.arraycopy(four, 0, bytes, at, Math.min(4, bytes.length - at));
    }

    /** Whether the bytes are a message; if they are, it must survive being written and read again. */
    private static boolean read(MessageKind kind, byte[] bytes, short version, String where) {
        try {
            Allocation.requireBounded(kind, bytes, version, where);
            ApiMessage message = kind.read(bytes, version);
            assertThat(kind.read(MessageKind.write(message, version), version))
                    .as(where)
                    .isEqualTo(message);
            return true;
        } catch (MalformedMessageException e) {
            assertThat(e).as(where).hasMessageMatching("(?s).{10,}");
            return false;
        } catch (RuntimeException e) {
            return fail(where, e);
        }
    }
}
