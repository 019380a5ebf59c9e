package io.rowlock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SimDiskTest {

    private static final Path DIRECTORY = Path.of("/d");
    private static final Path FILE = DIRECTORY.resolve("f");

    @Test
    void keepsEverythingWhenAProcessDies() throws IOException {
        SimDisk disk = withFile(1, "abc");
        DiskFile open = disk.openForRead(FILE);
        disk.tryLock(DIRECTORY.resolve("lock"));
        disk.killProcess();
        assertThat(text(disk)).isEqualTo("abc");
        assertThatThrownBy(open::size).isInstanceOf(ClosedChannelException.class);
        assertThat(disk.tryLock(DIRECTORY.resolve("lock"))).isNotNull();
    }

    @Property(tries = 200)
    void keepsWhatWasSynced(@ForAll long seed) throws IOException {
        SimDisk disk = withFile(seed, "abc");
        syncAll(disk);
        disk.losePower();
        assertThat(text(disk)).isEqualTo("abc");
    }

    @Test
    void losesAndTearsWhatWasNotSynced() throws IOException {
        Set<String> left = new HashSet<>();
        for (long seed = 0; seed < 600; seed++) {
            SimDisk disk = withFile(seed, "abc");
            disk.setPowerLoss(PowerLoss.WORST);
            syncAll(disk);
            try (DiskFile file = disk.openOrCreate(FILE)) {
                file.write(3, ByteBuffer.wrap(new byte[] {'d', 'e'}));
                file.write(5, ByteBuffer.wrap(new byte[] {'f'}));
            }
            disk.losePower();
            left.add(text(disk));
        }
        // One sector: what came later never arrives without what came before; the length may arrive first.
        assertThat(left)
                .containsExactlyInAnyOrder(
                        "abc",
                        "abcd",
                        "abcde",
                        "abcdef",
                        "abc\0",
                        "abc\0\0",
                        "abc\0\0\0",
                        "abcd\0",
                        "abcd\0\0",
                        "abcde\0");
    }

    @Test
    void losesAnySubsetOfTheSectors() throws IOException {
        int sectors = 4;
        Set<String> left = new HashSet<>();
        boolean torn = false;
        for (long seed = 0; seed < 2000; seed++) {
            SimDisk disk = withFile(seed, "");
            syncAll(disk);
            try (DiskFile file = disk.openOrCreate(FILE)) {
                file.write(0, bytes("x".repeat(sectors * UnsyncedWrites.SECTOR_BYTES)));
            }
            disk.losePower();
            String text = text(disk) + "\0".repeat(sectors * UnsyncedWrites.SECTOR_BYTES);
            StringBuilder arrived = new StringBuilder();
            for (int i = 0; i < sectors; i++) {
                String sector = text.substring(i * UnsyncedWrites.SECTOR_BYTES, (i + 1) * UnsyncedWrites.SECTOR_BYTES);
                int made = sector.lastIndexOf('x') + 1;
                torn |= made > 0 && made < UnsyncedWrites.SECTOR_BYTES;
                arrived.append(made == 0 ? '-' : 'x');
            }
            left.add(arrived.toString());
        }
        assertThat(left).hasSize(1 << sectors);
        assertThat(torn).isTrue();
    }

    @Test
    void losesNamesInAnyOrder() throws IOException {
        Set<Set<String>> left = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            SimDisk disk = withFile(seed, "abc");
            disk.setPowerLoss(new PowerLoss(true, false));
            syncAll(disk);
            disk.openOrCreate(DIRECTORY.resolve("g")).close();
            disk.move(FILE, DIRECTORY.resolve("h"));
            disk.openOrCreate(DIRECTORY.resolve("i")).close();
            disk.losePower();
            left.add(Set.copyOf(disk.list(DIRECTORY)));
        }
        assertThat(left)
                .containsExactlyInAnyOrder(
                        Set.of("f"),
                        Set.of("f", "g"),
                        Set.of("f", "i"),
                        Set.of("f", "g", "i"),
                        Set.of("h"),
                        Set.of("h", "g"),
                        Set.of("h", "i"),
                        Set.of("h", "g", "i"));
    }

    @Test
    void forgetsNamesThatWereNotSynced() throws IOException {
        boolean forgotten = false;
        boolean back = false;
        for (long seed = 0; seed < 50; seed++) {
            SimDisk disk = new SimDisk(seed);
            disk.createDirectories(DIRECTORY);
            disk.syncDirectory(Path.of("/"));
            try (DiskFile file = disk.openOrCreate(FILE)) {
                file.sync();
            }
            disk.losePower();
            forgotten |= !disk.exists(FILE);
            disk.openOrCreate(FILE).close();
            disk.syncDirectory(DIRECTORY);
            disk.deleteIfExists(FILE);
            disk.losePower();
            back |= disk.exists(FILE);
        }
        assertThat(forgotten).isTrue();
        assertThat(back).isTrue();
    }

    @Test
    void replacesInOneStep() throws IOException {
        Set<String> left = new HashSet<>();
        for (long n = 1; n < 30; n++) {
            SimDisk disk = withFile(n, "old");
            syncAll(disk);
            disk.crashAtOperation(n);
            try {
                disk.replace(FILE, new byte[] {'n', 'e', 'w'});
            } catch (SimulatedCrashException expected) {
                assertThatThrownBy(() -> disk.exists(FILE)).isInstanceOf(SimulatedCrashException.class);
            }
            disk.losePower();
            left.add(text(disk));
        }
        assertThat(left).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void fillsUp() throws IOException {
        SimDisk disk = withFile(1, "abc");
        disk.setCapacity(5);
        assertThat(disk.usableBytes(FILE)).isEqualTo(2);
        try (DiskFile file = disk.openOrCreate(FILE)) {
            file.write(3, ByteBuffer.wrap(new byte[] {'d', 'e'}));
            assertThatThrownBy(() -> file.write(5, ByteBuffer.wrap(new byte[1])))
                    .isInstanceOf(DiskFullException.class);
            file.write(0, ByteBuffer.wrap(new byte[] {'z'}));
        }
        assertThat(text(disk)).isEqualTo("zbcde");
        disk.deleteIfExists(FILE);
        assertThat(disk.usableBytes(FILE)).isEqualTo(5);
    }

    @Test
    void hasNoRoomForNamesWhenFull() throws IOException {
        SimDisk disk = withFile(1, "abc");
        disk.setCapacity(3);
        disk.openOrCreate(DIRECTORY.resolve("empty")).close();
        disk.deleteIfExists(DIRECTORY.resolve("empty"));
        disk.refuseNamesWhenFull();
        assertThatThrownBy(() -> disk.openOrCreate(DIRECTORY.resolve("g"))).isInstanceOf(DiskFullException.class);
        assertThatThrownBy(() -> disk.createDirectories(DIRECTORY.resolve("h"))).isInstanceOf(DiskFullException.class);
        disk.openOrCreate(FILE).close();
        disk.createDirectories(DIRECTORY);
        disk.move(FILE, DIRECTORY.resolve("g"));
        assertThat(disk.list(DIRECTORY)).containsExactly("g");
        assertThat(disk.events().of(DiskEvent.FULL)).isEqualTo(2);
    }

    @Test
    void failsAsOftenAsAsked() throws IOException {
        SimDisk disk = withFile(3, "abc");
        try (DiskFile file = disk.openOrCreate(FILE)) {
            disk.setFaults(new DiskFaults(1000, 0));
            assertThatThrownBy(() -> file.write(3, ByteBuffer.wrap(new byte[9])))
                    .isInstanceOf(IOException.class);
            disk.setFaults(new DiskFaults(0, 1000));
            assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
            disk.setFaults(DiskFaults.NONE.withFailedReads(1000));
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> disk.readAll(FILE)).isInstanceOf(IOException.class);
            disk.setFaults(DiskFaults.NONE.withFailedNames(1000));
            assertThatThrownBy(() -> file.truncate(1)).isInstanceOf(IOException.class);
            disk.setFaults(DiskFaults.NONE);
            file.sync();
        }
        assertThat(text(disk)).startsWith("abc");
        assertThat(disk.events()).hasToString("failed_write 1, failed_sync 1, failed_read 2, failed_name 1");
    }

    @Test
    void failsToOpenToRenameToDeleteToListAndToSyncDirectories() throws IOException {
        SimDisk disk = withFile(3, "abc");
        syncAll(disk);
        disk.setFaults(DiskFaults.NONE.withFailedNames(1000));
        assertThatThrownBy(() -> disk.openOrCreate(FILE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.openForRead(FILE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.move(FILE, DIRECTORY.resolve("g"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.deleteIfExists(FILE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.createDirectories(DIRECTORY)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.list(DIRECTORY)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.syncDirectory(DIRECTORY)).isInstanceOf(IOException.class);
        disk.setFaults(DiskFaults.NONE);
        assertThat(disk.list(DIRECTORY)).containsExactly("f");
    }

    @Test
    void forgetsForGoodWhatAFailedSyncOfADirectoryDidNotWrite() throws IOException {
        boolean forgotten = false;
        for (long seed = 0; seed < 50; seed++) {
            SimDisk disk = withFile(seed, "abc");
            syncAll(disk);
            disk.deleteIfExists(FILE);
            disk.setFaults(DiskFaults.NONE.withFailedNames(1000));
            assertThatThrownBy(() -> disk.syncDirectory(DIRECTORY)).isInstanceOf(IOException.class);
            disk.setFaults(DiskFaults.NONE);
            disk.syncDirectory(DIRECTORY);
            assertThat(disk.exists(FILE)).isFalse();
            disk.losePower();
            forgotten |= disk.exists(FILE);
        }
        assertThat(forgotten).isTrue();
    }

    @Test
    void givesOneBitWrongInAReadAndHasItRightTheNextTime() throws IOException {
        SimDisk disk = withFile(3, "abc");
        disk.setFaults(DiskFaults.NONE.withFlippedReads(1000));
        byte[] read = disk.readAll(FILE);
        int difference = (read[0] ^ 'a') | (read[1] ^ 'b') << 8 | (read[2] ^ 'c') << 16;
        assertThat(Integer.bitCount(difference)).isEqualTo(1);
        disk.setFaults(DiskFaults.NONE);
        assertThat(text(disk)).isEqualTo("abc");
        assertThat(disk.events().of(DiskEvent.FLIPPED_READ)).isEqualTo(1);
    }

    @Test
    void keepsAFlippedBit() throws IOException {
        SimDisk disk = withFile(3, "abc");
        syncAll(disk);
        disk.flipBit(FILE, 0, 0);
        assertThat(text(disk)).isEqualTo("`bc");
        disk.losePower();
        assertThat(text(disk)).isEqualTo("`bc");
        assertThat(disk.flipAnyBit(FILE)).isBetween(0, 2);
        assertThat(disk.events().of(DiskEvent.FLIPPED_BIT)).isEqualTo(2);
    }

    @Test
    void stallsInSimulatedTime() throws IOException {
        SimDisk disk = withFile(3, "abc");
        SimClock clock = new SimClock();
        disk.stallUpTo(Duration.ofSeconds(10), clock);
        disk.setFaults(DiskFaults.NONE.withStalls(1000));
        disk.readAll(FILE);
        assertThat(Duration.ofNanos(clock.monotonicNanos())).isBetween(Duration.ofMillis(1), Duration.ofSeconds(10));
        assertThat(disk.events().of(DiskEvent.STALL)).isEqualTo(1);
    }

    @Test
    void holdsSyncsUpUntilLetGo() throws IOException, InterruptedException, ExecutionException {
        SimDisk disk = withFile(3, "abc");
        SyncGate.Hold hold = disk.holdSyncs(DIRECTORY);
        CompletableFuture<Void> sync = CompletableFuture.runAsync(() -> {
            try (DiskFile file = disk.openForRead(FILE)) {
                file.sync();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (hold.waiting() == 0) {
            assertThat(sync).isNotDone();
            Thread.onSpinWait();
        }
        assertThat(text(disk)).as("others go on").isEqualTo("abc");
        hold.close();
        sync.get();
    }

    @Test
    void countsWhatIsRead() throws IOException {
        SimDisk disk = withFile(3, "abc");
        try (DiskFile file = disk.openForRead(FILE)) {
            assertThat(file.read(1, ByteBuffer.allocate(9))).isEqualTo(2);
        }
        disk.readAll(FILE);
        assertThat(disk.bytesRead(FILE)).isEqualTo(5);
        assertThat(disk.bytesRead()).isEqualTo(5);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SimDisk withFile(long seed, String content) throws IOException {
        SimDisk disk = new SimDisk(seed);
        disk.createDirectories(DIRECTORY);
        try (DiskFile file = disk.openOrCreate(FILE)) {
            file.write(0, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        }
        return disk;
    }

    private static void syncAll(SimDisk disk) throws IOException {
        try (DiskFile file = disk.openForRead(FILE)) {
            file.sync();
        }
        disk.syncDirectory(DIRECTORY);
        disk.syncDirectory(Path.of("/"));
    }

    private static String text(SimDisk disk) throws IOException {
        return new String(disk.readAll(FILE), StandardCharsets.UTF_8);
    }
}
