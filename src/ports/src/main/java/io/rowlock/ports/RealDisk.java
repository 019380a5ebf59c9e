package io.rowlock.ports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's file system, through {@link FileChannel}. */
public final class RealDisk implements Disk {

    /** Linux makes a new one whenever the machine starts. */
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final String pageCacheId = bootId();

    /** Where the machine cannot be asked, every process counts as having met another one: that is always safe. */
    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException unknown) {
            return new SystemRandom().uuid().toString();
        }
    }

    @Override
    public String pageCacheId() {
        return pageCacheId;
    }

    @Override
    public DiskFile openOrCreate(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return open(file, StandardOpenOption.READ);
    }

    private static DiskFile open(Path file, OpenOption... options) throws IOException {
        try {
            return new RealDiskFile(FileChannel.open(file, options));
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
    }

    @Override
    public byte[] readAll(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    @Override
    public void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (DiskFile out = openOrCreate(temporary)) {
            out.truncate(0);
            out.write(0, ByteBuffer.wrap(content));
            out.sync();
        }
        move(temporary, file);
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            List<String> names = new ArrayList<>();
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
            return names;
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
    }

    @Override
    public void deleteIfExists(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        // One system call; but it gives 0 for an error too, and then the slow way says what it is.
        long usable = path.toFile().getUsableSpace();
        return usable > 0 ? usable : Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        long total = path.toFile().getTotalSpace();
        return total > 0 ? total : Files.getFileStore(path).getTotalSpace();
    }

    @Override
    public @Nullable DiskLock tryLock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel::close;
            }
        } catch (OverlappingFileLockException heldInThisProcess) {
            channel.close();
            return null;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    @Override
    public boolean isLockedByAnother(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        // Shared, and let go at once: a node that starts at this very moment might be refused, and start again.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        }
    }
}
