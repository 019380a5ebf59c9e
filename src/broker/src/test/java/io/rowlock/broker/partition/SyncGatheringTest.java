package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyncGatheringTest {

    private static final long SYNC_NANOS = 1_000_000;
    private static final long NOW = 7_000;

    private final SyncGathering gathering = new SyncGathering();

    @Test
    void waitsForNobodyWhereNothingWasAcknowledged() {
        assertThat(gathering.goesOn(1, NOW)).isFalse();
        gathering.synced(0, 1, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(1, NOW)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, true", "4, true", "5, false", "6, false"})
    void waitsUntilAsManyCameAsWereAcknowledged(int waiting, boolean goesOn) {
        gathering.synced(4, 1, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(waiting, NOW)).isEqualTo(goesOn);
    }

    @ParameterizedTest
    @CsvSource({"999999, true", "1000000, false", "1000001, false"})
    void waitsNotLongerThanASyncTakes(long elapsed, boolean goesOn) {
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.until()).isEqualTo(NOW + SYNC_NANOS);
        assertThat(gathering.goesOn(0, NOW + elapsed)).isEqualTo(goesOn);
    }

    @ParameterizedTest
    @CsvSource({"1999999, 1999999", "2000000, 2000000", "2000001, 2000000", "900000000000, 2000000"})
    void waitsOnASlowDiskNotLongerThanTheLimit(long syncNanos, long wait) {
        gathering.synced(1, 0, syncNanos, NOW);
        assertThat(gathering.until()).isEqualTo(NOW + wait);
    }

    @Test
    void isOverOnceItEnded() {
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(1, NOW)).isFalse();
        assertThat(gathering.goesOn(0, NOW)).isFalse();
    }

    /** A producer that sends at a pace of its own is held up ever more rarely: 1, 2, 4 and at last 64 syncs apart. */
    @Test
    void triesEverMoreRarelyWhereNobodyComes() {
        for (int apart = 1; apart <= 4 * SyncGathering.SKIPS_MAX; apart *= 2) {
            gathering.synced(1, 0, SYNC_NANOS, NOW);
            assertThat(gathering.goesOn(0, NOW)).isTrue();
            assertThat(gathering.goesOn(0, gathering.until())).isFalse();
            for (int skip = 0; skip < Math.min(apart, SyncGathering.SKIPS_MAX); skip++) {
                gathering.synced(1, 0, SYNC_NANOS, NOW);
                assertThat(gathering.goesOn(0, NOW)).isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true", "3, true"})
    void countsHalfOfThemAsWorthTheWait(int came, boolean worthIt) {
        gathering.synced(4, 3, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(3 + came, gathering.until())).isFalse();
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(0, NOW)).isEqualTo(worthIt);
    }

    @Test
    void forgetsMissesOnceTheyCome() {
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(0, gathering.until())).isFalse();
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(1, NOW)).isFalse();
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(0, gathering.until())).isFalse();
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        gathering.synced(1, 0, SYNC_NANOS, NOW);
        assertThat(gathering.goesOn(0, NOW)).isTrue();
    }
}
