package io.rowlock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.RealDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk promises, kept by the real one and the simulated one alike. */
class DiskContractTest {

    @Nested
    class Real extends Contract {
        @TempDir
        Path temporary;

        @Override
        Disk disk() {
            return new RealDisk();
        }

        @Override
        Path root() {
            return temporary;
        }
    }

    @Nested
    class Simulated extends Contract {
        private final SimDisk disk = new SimDisk(1);

        @Override
        Disk disk() {
            return disk;
        }

        @Override
        Path root() throws IOException {
            disk.createDirectories(Path.of("/root"));
            return Path.of("/root");
        }
    }

    abstract static class Contract {

        abstract Disk disk();

        abstract Path root() throws IOException;

        @Test
        void writesAndReadsAtPositions() throws IOException {
            try (DiskFile file = disk().openOrCreate(root().resolve("f"))) {
                assertThat(file.size()).isZero();
                file.write(0, bytes(1, 2, 3), bytes(), bytes(4));
                file.write(4, bytes(5, 6), bytes(7));
                file.write(1, bytes(9));
                file.write(9, bytes(8, 8), bytes(8));
                assertThat(file.size()).isEqualTo(12);
                assertThat(read(file, 0, 12)).containsExactly(1, 9, 3, 4, 5, 6, 7, 0, 0, 8, 8, 8);
                assertThat(read(file, 10, 12)).containsExactly(8, 8);
                assertThat(read(file, 12, 1)).isEmpty();
                assertThat(read(file, 100, 1)).isEmpty();
            }
        }

        @Test
        void writesAllBuffersAndAdvancesThem() throws IOException {
            ByteBuffer[] many = new ByteBuffer[3000];
            for (int i = 0; i < many.length; i++) {
                ByteBuffer buffer = i % 2 == 0 ? ByteBuffer.allocate(3) : ByteBuffer.allocateDirect(3);
                many[i] = buffer.put(new byte[] {(byte) i, 1, 2}).flip();
            }
            try (DiskFile file = disk().openOrCreate(root().resolve("f"))) {
                file.write(0, many);
                assertThat(file.size()).isEqualTo(9000);
                assertThat(read(file, 2997 * 3, 3)).containsExactly((byte) 2997, 1, 2);
            }
            assertThat(many).noneMatch(ByteBuffer::hasRemaining);
        }

        @Test
        void cutsAndGrowsAgain() throws IOException {
            try (DiskFile file = disk().openOrCreate(root().resolve("f"))) {
                file.write(0, bytes(1, 2, 3), bytes(4));
                file.truncate(9);
                assertThat(file.size()).isEqualTo(4);
                file.truncate(2);
                assertThat(read(file, 0, 9)).containsExactly(1, 2);
                file.write(3, bytes(7), bytes(8));
                assertThat(read(file, 0, 9)).containsExactly(1, 2, 0, 7, 8);
                file.sync();
            }
        }

        @Test
        void transfersWhatThereIs() throws IOException {
            try (DiskFile file = disk().openOrCreate(root().resolve("f"))) {
                file.write(0, bytes(1, 2, 3, 4));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                assertThat(file.transferTo(1, 2, Channels.newChannel(out))).isEqualTo(2);
                assertThat(file.transferTo(3, 9, Channels.newChannel(out))).isEqualTo(1);
                assertThat(file.transferTo(4, 9, Channels.newChannel(out))).isZero();
                assertThat(out.toByteArray()).containsExactly(2, 3, 4);
            }
        }

        @Test
        void closedFilesRefuse() throws IOException {
            DiskFile file = disk().openOrCreate(root().resolve("f"));
            file.close();
            file.close();
            assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(file::sync).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> file.write(0, bytes(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> read(file, 0, 1)).isInstanceOf(ClosedChannelException.class);
        }

        @Test
        void deletedFilesStayReadableWhileOpen() throws IOException {
            Path path = root().resolve("f");
            try (DiskFile file = disk().openOrCreate(path)) {
                file.write(0, bytes(1));
                disk().deleteIfExists(path);
                disk().deleteIfExists(path);
                assertThat(disk().exists(path)).isFalse();
                assertThat(read(file, 0, 1)).containsExactly(1);
            }
            assertThatThrownBy(() -> disk().openForRead(path)).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> disk().readAll(path)).isInstanceOf(NoSuchFileException.class);
        }

        @Test
        void movesReplaces() throws IOException {
            Path from = root().resolve("from");
            Path to = root().resolve("to");
            disk().replace(from, new byte[] {1});
            disk().replace(from, new byte[] {2});
            disk().replace(to, new byte[] {3});
            disk().move(from, to);
            assertThat(disk().readAll(to)).containsExactly(2);
            assertThat(disk().list(root())).containsExactly("to");
            assertThatThrownBy(() -> disk().move(from, to)).isInstanceOf(NoSuchFileException.class);
        }

        @Test
        void movesDirectoriesWithOpenFiles() throws IOException {
            Path directory = root().resolve("d");
            disk().createDirectories(directory.resolve("e"));
            disk().createDirectories(directory.resolve("e"));
            try (DiskFile file = disk().openOrCreate(directory.resolve("f"))) {
                disk().move(directory, root().resolve("g"));
                file.write(0, bytes(5));
            }
            assertThat(disk().readAll(root().resolve("g/f"))).containsExactly(5);
            assertThat(disk().list(root().resolve("g"))).containsExactlyInAnyOrder("e", "f");
            assertThatThrownBy(() -> disk().deleteIfExists(root().resolve("g")))
                    .isInstanceOf(DirectoryNotEmptyException.class);
            disk().syncDirectory(root());
            disk().deleteIfExists(root().resolve("g/e"));
            assertThat(disk().exists(root().resolve("g/e"))).isFalse();
        }

        @Test
        void locksExcludeEachOther() throws Exception {
            Path path = root().resolve("lock");
            Disk.DiskLock lock = Objects.requireNonNull(disk().tryLock(path));
            assertThat(disk().tryLock(path)).isNull();
            lock.close();
            Objects.requireNonNull(disk().tryLock(path)).close();
        }

        @Test
        void knowsItsRoom() throws IOException {
            assertThat(disk().usableBytes(root())).isPositive();
            assertThat(disk().totalBytes(root())).isGreaterThanOrEqualTo(disk().usableBytes(root()));
        }

        private static ByteBuffer bytes(int... values) {
            ByteBuffer buffer = ByteBuffer.allocate(values.length);
            for (int value : values) {
                buffer.put((byte) value);
            }
            return buffer.flip();
        }

        private static byte[] read(DiskFile file, long position, int length) throws IOException {
            ByteBuffer target = ByteBuffer.allocate(length);
            int read = file.read(position, target);
            assertThat(target.position()).isEqualTo(read);
            byte[] bytes = new byte[read];
            target.flip().get(bytes);
            return bytes;
        }
    }
}
