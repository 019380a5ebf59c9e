package io.rowlock.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetMapTest {

    private static OffsetMap map(long bytes, double loadFactor) {
        return new OffsetMap(bytes, loadFactor, new KeyHash(3, 4));
    }

    private static ByteBuf key(int number) {
        return Unpooled.buffer().writeInt(number);
    }

    @Test
    void knowsTheLastOffsetOfEachKey() {
        OffsetMap map = map(1 << 20, 0.9);
        Map<Integer, Long> model = new HashMap<>();
        Random random = new Random(5);
        for (long offset = 0; offset < 50_000; offset++) {
            int key = random.nextInt(20_000);
            assertThat(map.put(key(key), offset)).isTrue();
            model.put(key, offset);
        }
        for (int key = 0; key < 20_100; key++) {
            assertThat(map.get(key(key))).isEqualTo(model.getOrDefault(key, -1L));
        }
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.bytes()).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void takesNoMoreMemoryThanItMayAndStillTakesKnownKeys() {
        int bytes = 300_000;
        OffsetMap map = map(bytes, 0.9);
        int taken = 0;
        while (map.put(key(taken), taken)) {
            taken++;
        }
        assertThat(map.bytes()).isLessThanOrEqualTo(bytes);
        assertThat(taken).isGreaterThan((int) (0.6 * bytes / OffsetMap.SLOT_BYTES));
        assertThat(map.put(key(0), 77)).isTrue();
        assertThat(map.get(key(0))).isEqualTo(77);
        assertThat(map.get(key(taken))).isEqualTo(-1);
    }

    @Test
    void costsNothingWhileThereAreNoKeys() {
        OffsetMap map = map(1L << 40, 0.9);
        assertThat(map.bytes()).isZero();
        assertThat(map.get(key(1))).isEqualTo(-1);
        map.put(key(1), 0);
        assertThat(map.get(key(1))).isZero();
        assertThat(map.bytes()).isLessThan(1000);
    }

    @Test
    void takesNothingWithoutMemory() {
        assertThat(map(100, 1.0).put(key(1), 1)).isFalse();
    }
}
