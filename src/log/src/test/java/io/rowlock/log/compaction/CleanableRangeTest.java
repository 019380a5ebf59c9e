package io.rowlock.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CleanableRangeTest {

    private static final long NOW = 1_000_000;
    private static final CompactionConfig HALF = new CompactionConfig(0.5, 0, Long.MAX_VALUE, 0);

    /** Three segments of 100 offsets from 1000 on, with first and largest timestamps 100 apart. */
    private static final List<ClosedSegment> THREE = List.of(
            new ClosedSegment(1000, 1100, 100, NOW - 300, NOW - 201),
            new ClosedSegment(1100, 1200, 100, NOW - 200, NOW - 101),
            new ClosedSegment(1200, 1300, 200, NOW - 100, NOW - 1));

    private static CleanableRange range(long cleanedUntil, long stable, CompactionConfig config) {
        return CleanableRange.of(THREE, 1000, cleanedUntil, stable, NOW, config);
    }

    @Test
    void everythingClosedAndStableIsDirtyAtFirst() {
        assertThat(range(0, 2000, HALF)).isEqualTo(new CleanableRange(1000, 1300, 0, 400, false));
        assertThat(range(1301, 2000, HALF).from())
                .as("a checkpoint after the log's end")
                .isEqualTo(1000);
        assertThat(range(1300, 2000, HALF)).isEqualTo(new CleanableRange(1300, 1300, 400, 0, false));
    }

    @Test
    void whatIsNotStableIsLeftAlone() {
        assertThat(range(0, 1300, HALF).until()).isEqualTo(1300);
        assertThat(range(0, 1299, HALF).until()).isEqualTo(1200);
        assertThat(range(0, 1099, HALF).isDue(HALF)).isFalse();
    }

    @Test
    void aLogIsDueAboveTheRatioAndNotAtIt() {
        CleanableRange half = range(1200, 2000, HALF);
        assertThat(half.dirtyRatio()).isEqualTo(0.5);
        assertThat(half.isDue(HALF)).isFalse();
        assertThat(half.isDue(new CompactionConfig(0.499, 0, Long.MAX_VALUE, 0)))
                .isTrue();
        assertThat(range(1300, 2000, HALF).isDue(new CompactionConfig(0, 0, Long.MAX_VALUE, 0)))
                .as("nothing is dirty")
                .isFalse();
    }

    @Test
    void recordsYoungerThanTheMinimumLagWait() {
        assertThat(range(0, 2000, new CompactionConfig(0, 1, Long.MAX_VALUE, 0)).until())
                .isEqualTo(1300);
        assertThat(range(0, 2000, new CompactionConfig(0, 2, Long.MAX_VALUE, 0)).until())
                .isEqualTo(1200);
        assertThat(range(0, 2000, new CompactionConfig(0, 202, Long.MAX_VALUE, 0))
                        .isDue(HALF))
                .isFalse();
    }

    @Test
    void aSegmentThatWaitsTooLongIsDueWhateverTheRatio() {
        CompactionConfig lag100 = new CompactionConfig(1, 0, 100, 0);
        assertThat(range(1200, 2000, lag100).isDue(lag100))
                .as("100 ms old, not more")
                .isFalse();
        CompactionConfig lag99 = new CompactionConfig(1, 0, 99, 0);
        assertThat(range(1200, 2000, lag99).isDue(lag99)).isTrue();
        assertThat(range(1300, 2000, lag99).isDue(lag99))
                .as("all of it is clean")
                .isFalse();
    }

    @Test
    void neighboursBecomeOneUpToTheLimits() {
        assertThat(SegmentGroups.of(THREE, 400, 4096, 1 << 20)).containsExactly(3);
        assertThat(SegmentGroups.of(THREE, 399, 4096, 1 << 20)).containsExactly(2, 1);
        assertThat(SegmentGroups.of(THREE, 99, 4096, 1 << 20)).containsExactly(1, 1, 1);
        assertThat(SegmentGroups.of(THREE, 400, 0, 24))
                .as("an index that is full")
                .containsExactly(1, 1, 1);
        long far = Integer.MAX_VALUE + 1000L;
        assertThat(SegmentGroups.of(
                        List.of(THREE.get(0), new ClosedSegment(1100, far + 1, 1, 0, 0)), 400, 4096, 1 << 20))
                .containsExactly(2);
        assertThat(SegmentGroups.of(
                        List.of(THREE.get(0), new ClosedSegment(1100, far + 2, 1, 0, 0)), 400, 4096, 1 << 20))
                .containsExactly(1, 1);
    }
}
