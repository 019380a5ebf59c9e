package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Which segments go, at the very bounds of Kafka's rules. */
class RetentionTest {

    private static final long NOW = 1_000_000;
    private static final long UNLIMITED = RetentionConfig.UNLIMITED;

    /** Ten offsets each, from 0 on; the last one is active. */
    private record Log(long logStartOffset, List<Integer> sizes, List<Long> timestamps) implements Retention.Segments {

        @Override
        public int segmentCount() {
            return sizes.size();
        }

        @Override
        public long segmentBaseOffset(int i) {
            return 10L * i;
        }

        @Override
        public long segmentEndOffset(int i) {
            boolean emptyActive = i == sizes.size() - 1 && sizes.get(i) == 0;
            return emptyActive ? segmentBaseOffset(i) : segmentBaseOffset(i) + 10;
        }

        @Override
        public int segmentSizeInBytes(int i) {
            return sizes.get(i);
        }

        @Override
        public long largestTimestamp(int i) {
            return timestamps.get(i);
        }

        long end() {
            return segmentEndOffset(sizes.size() - 1);
        }
    }

    private static final Log THREE = new Log(0, List.of(100, 100, 100), List.of(NOW - 300, NOW - 200, NOW - 100));

    private static long firstKept(Log log, long highWatermark, long millis, long bytes) throws IOException {
        return Retention.firstKept(log, highWatermark, new RetentionConfig(true, millis, bytes, 0), NOW);
    }

    @Test
    void aSegmentIsKeptForAsLongAsItsNewestRecordIsNotOlderThanTheLimit() throws IOException {
        assertThat(firstKept(THREE, 30, 299, UNLIMITED)).isEqualTo(10);
        assertThat(firstKept(THREE, 30, 300, UNLIMITED)).isZero();
        assertThat(firstKept(THREE, 30, 301, UNLIMITED)).isZero();
        assertThat(firstKept(THREE, 30, 199, UNLIMITED)).isEqualTo(20);
    }

    @Test
    void theActiveSegmentGoesToo() throws IOException {
        assertThat(firstKept(THREE, 30, 100, UNLIMITED)).isEqualTo(20);
        assertThat(firstKept(THREE, 30, 99, UNLIMITED)).isEqualTo(30);
        assertThat(firstKept(THREE, 30, 0, UNLIMITED)).isEqualTo(30);
        assertThat(firstKept(THREE, 30, UNLIMITED, 0)).isEqualTo(30);
    }

    @Test
    void anEmptyActiveSegmentStays() throws IOException {
        Log log = new Log(0, List.of(100, 0), List.of(NOW - 300, Long.MAX_VALUE));
        assertThat(log.end()).isEqualTo(10);
        assertThat(firstKept(log, 10, 0, 0)).isEqualTo(10);
        Log empty = new Log(0, List.of(0), List.of(0L));
        assertThat(firstKept(empty, 0, 0, 0)).isZero();
    }

    @Test
    void anOlderSegmentBehindAYoungerOneWaitsForIt() throws IOException {
        Log log = new Log(0, List.of(100, 100, 100), List.of(NOW, NOW - 900, NOW - 900));
        assertThat(firstKept(log, 30, 500, UNLIMITED)).isZero();
    }

    @Test
    void recordsOfTheFutureStay() throws IOException {
        Log log = new Log(0, List.of(100, 100), List.of(NOW + 1, Long.MAX_VALUE));
        assertThat(firstKept(log, 20, 0, UNLIMITED)).isZero();
    }

    @Test
    void aSegmentGoesIfTheRestIsStillAsLargeAsTheLimit() throws IOException {
        assertThat(firstKept(THREE, 30, UNLIMITED, 199)).isEqualTo(10);
        assertThat(firstKept(THREE, 30, UNLIMITED, 200)).isEqualTo(10);
        assertThat(firstKept(THREE, 30, UNLIMITED, 201)).isZero();
        assertThat(firstKept(THREE, 30, UNLIMITED, 100)).isEqualTo(20);
        assertThat(firstKept(THREE, 30, UNLIMITED, 1)).isEqualTo(20);
    }

    @Test
    void nothingAtTheHighWatermarkGoes() throws IOException {
        assertThat(firstKept(THREE, 9, 0, 0)).isZero();
        assertThat(firstKept(THREE, 10, 0, 0)).isEqualTo(10);
        assertThat(firstKept(THREE, 11, 0, 0)).isEqualTo(10);
        assertThat(firstKept(THREE, 29, 0, 0)).isEqualTo(20);
        Log begunLater = new Log(30, THREE.sizes(), THREE.timestamps());
        assertThat(firstKept(begunLater, 29, UNLIMITED, UNLIMITED)).isEqualTo(20);
    }

    @Test
    void minusOneIsNoLimit() throws IOException {
        assertThat(firstKept(THREE, 30, UNLIMITED, UNLIMITED)).isZero();
    }

    @Test
    void whatIsOnlyCompactedLosesOnlyWhatLiesBelowTheLogStart() throws IOException {
        RetentionConfig compacted = new RetentionConfig(false, 0, 0, 0);
        assertThat(Retention.firstKept(THREE, 30, compacted, NOW)).isZero();
        for (long start = 0; start <= 30; start++) {
            Log log = new Log(start, THREE.sizes(), THREE.timestamps());
            assertThat(Retention.firstKept(log, 30, compacted, NOW)).isEqualTo(start / 10 * 10);
        }
    }

    @Test
    void sizeCountsWithoutWhatLiesBelowTheLogStart() throws IOException {
        Log log = new Log(10, THREE.sizes(), THREE.timestamps());
        assertThat(firstKept(log, 30, UNLIMITED, 200)).isEqualTo(10);
        assertThat(firstKept(log, 30, UNLIMITED, 100)).isEqualTo(20);
    }

    @Property(tries = 500)
    void whatGoesIsAlwaysAFirstPartThatMayGoAndIsAsLongAsItCanBe(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 50) Integer> sizes,
            @ForAll @LongRange(min = 0, max = 80) long highWatermark,
            @ForAll @LongRange(min = -1, max = 40) long millis,
            @ForAll @LongRange(min = -1, max = 200) long bytes,
            @ForAll @Size(8) List<@LongRange(min = 0, max = 40) Long> ages)
            throws IOException {
        List<Long> timestamps = ages.stream().map(age -> NOW - age).toList();
        Log log = new Log(0, sizes, timestamps);
        long watermark = Math.min(highWatermark, log.end());
        int gone = (int) (firstKept(log, watermark, millis, bytes) / 10);
        for (int i = 0; i < gone; i++) {
            assertThat(mayGo(log, i, watermark, millis, bytes)).isTrue();
        }
        assertThat(gone < sizes.size() && mayGo(log, gone, watermark, millis, bytes))
                .isFalse();
    }

    private static boolean mayGo(Log log, int i, long highWatermark, long millis, long bytes) {
        long after = log.sizes().stream().skip(i + 1L).mapToLong(size -> size).sum();
        boolean tooMany = bytes >= 0 && after >= bytes;
        boolean tooOld = millis >= 0 && NOW - log.largestTimestamp(i) > millis;
        return log.segmentEndOffset(i) <= highWatermark && (tooMany || tooOld);
    }
}
