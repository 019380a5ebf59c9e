package io.rowlock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
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
        for (long seed = 0; seed < 300; seed++) {
            SimDisk disk = withFile(seed, "abc");
            syncAll(disk);
            try (DiskFile file = disk.openOrCreate(FILE)) {
                file.write(3, ByteBuffer.wrap(new byte[] {'d', 'e'}));
                file.write(5, ByteBuffer.wrap(new byte[] {'f'}));
            }
            disk.losePower();
            left.add(text(disk));
        }
        assertThat(left).containsExactlyInAnyOrder("abc", "abcd", "abcde", "abcdef");
    }

    @Test
    void leavesZerosWhereSectorsDidNotArrive() throws IOException {
        boolean zeros = false;
        for (long seed = 0; seed < 300; seed++) {
            SimDisk disk = withFile(seed, "abc");
            syncAll(disk);
            try (DiskFile file = disk.openOrCreate(FILE)) {
                file.write(3, ByteBuffer.wrap("x".repeat(2000).getBytes(StandardCharsets.UTF_8)));
            }
            disk.losePower();
            String left = text(disk);
            zeros |= left.length() == 2003 && left.endsWith("\0".repeat(512));
        }
        assertThat(zeros).isTrue();
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
    void failsAsOftenAsAsked() throws IOException {
        SimDisk disk = withFile(3, "abc");
        disk.setFaults(new DiskFaults(1000, 0));
        try (DiskFile file = disk.openOrCreate(FILE)) {
            assertThatThrownBy(() -> file.write(3, ByteBuffer.wrap(new byte[9])))
                    .isInstanceOf(IOException.class);
            assertThat(disk.failedWrites()).isEqualTo(1);
            disk.setFaults(new DiskFaults(0, 1000));
            assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
            assertThat(disk.failedSyncs()).isEqualTo(1);
            disk.setFaults(DiskFaults.NONE);
            file.sync();
        }
        disk.flipBit(FILE, 0, 0);
        assertThat(text(disk)).startsWith("`bc");
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
