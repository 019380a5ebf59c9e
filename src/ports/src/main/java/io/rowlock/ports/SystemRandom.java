package io.rowlock.ports;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The machine's chance: fast for numbers, cryptographically strong for ids, which nobody may guess. */
public final class SystemRandom implements RandomSource {

    private final SecureRandom secure = new SecureRandom();

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    @Override
    public UUID uuid() {
        byte[] bytes = new byte[16];
        secure.nextBytes(bytes);
        long msb = 0;
        long lsb = 0;
        for (int i = 0; i < 8; i++) {
            msb = (msb << 8) | (bytes[i] & 0xff);
            lsb = (lsb << 8) | (bytes[i + 8] & 0xff);
        }
        return new UUID((msb & 0xffffffffffff0fffL) | 0x4000L, (lsb & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
