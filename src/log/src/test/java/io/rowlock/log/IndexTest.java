package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.ports.DiskFile;
import io.rowlock.testkit.SimDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexTest {

    private static final Path INDEX = Path.of("/index");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 255, 256, 257, 513})
    void memoryAndFileSayTheSame(int count) throws IOException {
        OffsetIndexEntries entries = new OffsetIndexEntries();
        for (int i = 0; i < count; i++) {
            entries.append(i * 10 + 5, (i + 1) * 100);
        }
        SimDisk disk = new SimDisk(1);
        write(disk, entries.encode(0));
        try (IndexFile.Offsets file = new IndexFile.Offsets(disk, INDEX)) {
            assertThat(file.count()).isEqualTo(count);
            for (OffsetIndex index : new OffsetIndex[] {entries.snapshot(), file}) {
                assertThat(index.positionFor(4)).isZero();
                assertThat(index.boundaryAtOrBefore(99)).isZero();
                for (int i = 0; i < count; i++) {
                    assertThat(index.positionFor(i * 10 + 5)).isEqualTo((i + 1) * 100);
                    assertThat(index.positionFor(i * 10 + 14)).isEqualTo((i + 1) * 100);
                    assertThat(index.boundaryAtOrBefore((i + 1) * 100)).isEqualTo((i + 1) * 100);
                    assertThat(index.boundaryAtOrBefore((i + 1) * 100 + 99)).isEqualTo((i + 1) * 100);
                }
                assertThat(index.positionFor(1L << 40)).isEqualTo(count * 100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 255, 256, 257})
    void timesAreFoundInMemoryAndFile(int count) throws IOException {
        TimeIndexEntries entries = new TimeIndexEntries();
        for (int i = 0; i < count; i++) {
            entries.appendIfLater(1000 + i * 10, i * 3);
        }
        SimDisk disk = new SimDisk(1);
        write(disk, entries.encode(0));
        try (IndexFile.Times file = new IndexFile.Times(disk, INDEX)) {
            for (TimeIndex index : new TimeIndex[] {entries.snapshot(), file}) {
                assertThat(index.count()).isEqualTo(count);
                assertThat(index.relativeOffsetBefore(1000)).isEqualTo(-1);
                for (int i = 0; i < count; i++) {
                    assertThat(index.relativeOffsetBefore(1000 + i * 10 + 1)).isEqualTo(i * 3);
                    assertThat(index.relativeOffsetBefore(1000 + i * 10 + 10)).isEqualTo(i * 3);
                }
            }
        }
    }

    @Test
    void timesOnlyGrow() {
        TimeIndexEntries entries = new TimeIndexEntries();
        entries.appendIfLater(-1, 0);
        assertThat(entries.count()).isZero();
        entries.appendIfLater(5, 0);
        entries.appendIfLater(5, 1);
        entries.appendIfLater(4, 2);
        assertThat(entries.count()).isEqualTo(1);
        entries.appendIfLater(6, 3);
        assertThat(entries.count()).isEqualTo(2);
    }

    @Test
    void aMissingFileIsAnEmptyIndex() throws IOException {
        try (IndexFile.Offsets file = new IndexFile.Offsets(new SimDisk(1), INDEX)) {
            assertThat(file.count()).isZero();
            assertThat(file.positionFor(100)).isZero();
        }
    }

    @Test
    void snapshotsStayAsTheyWere() throws IOException {
        OffsetIndexEntries entries = new OffsetIndexEntries();
        entries.append(1, 10);
        entries.append(2, 20);
        OffsetIndexEntries.Snapshot before = entries.snapshot();
        entries.append(3, 30);
        assertThat(before.positionFor(3)).isEqualTo(20);
        entries.truncate(1);
        entries.append(2, 77);
        assertThat(before.positionFor(2)).isEqualTo(20);
        assertThat(entries.snapshot().positionFor(2)).isEqualTo(77);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, RecentBatches.MAX_ENTRIES - 1, RecentBatches.MAX_ENTRIES, RecentBatches.MAX_ENTRIES + 1, 2000
            })
    void recentBatchesAreTheLastOnes(int count) {
        RecentBatches recent = new RecentBatches();
        RecentBatches.Snapshot early = recent.snapshot();
        for (int i = 0; i < count; i++) {
            recent.append(i * 3, i * 3 + 2, i * 50);
            if (i == 0) {
                early = recent.snapshot();
            }
        }
        RecentBatches.Snapshot snapshot = recent.snapshot();
        int first = 0;
        while (!snapshot.covers(first * 3L)) {
            first++;
        }
        assertThat(count - first).isBetween(Math.min(count, RecentBatches.MAX_ENTRIES / 2), RecentBatches.MAX_ENTRIES);
        for (int i = first; i < count; i++) {
            assertThat(snapshot.positionOf(i * 3L)).isEqualTo(i * 50);
            assertThat(snapshot.positionOf(i * 3L + 2)).isEqualTo(i * 50);
            assertThat(snapshot.boundaryAtOrBefore(i * 50)).isEqualTo(i * 50);
            assertThat(snapshot.boundaryAtOrBefore(i * 50 + 49)).isEqualTo(i * 50);
        }
        assertThat(snapshot.covers(first * 3L - 1)).isFalse();
        assertThat(snapshot.covers(count * 3L)).isFalse();
        assertThat(early.positionOf(2)).isZero();
    }

    @Test
    void recentBatchesBridgeGaps() {
        RecentBatches recent = new RecentBatches();
        recent.append(5, 9, 0);
        recent.append(20, 24, 100);
        RecentBatches.Snapshot snapshot = recent.snapshot();
        assertThat(snapshot.covers(4)).isFalse();
        assertThat(snapshot.positionOf(9)).isZero();
        assertThat(snapshot.positionOf(10)).isEqualTo(100);
        assertThat(snapshot.covers(25)).isFalse();
    }

    private static void write(SimDisk disk, ByteBuffer bytes) throws IOException {
        try (DiskFile file = disk.openOrCreate(INDEX)) {
            file.write(0, bytes);
        }
    }
}
