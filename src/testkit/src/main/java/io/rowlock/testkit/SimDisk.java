package io.rowlock.testkit;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that behaves as badly as a real one may: what was not synced is lost or torn when power goes, names come
 * back that were removed, writes and syncs fail, and there is an end to its room. One seed decides. Programs see only what
 * they wrote, as through a page cache, until {@link #losePower()}.
 *
 * <p>Thread-safe; but only with one thread does the same seed mean the same history.
 */
public final class SimDisk implements Disk {

    private static final Path ROOT = Path.of("/");

    private final SimRandom random;
    private final SimNode.Directory root = new SimNode.Directory();
    private final Set<Path> locks = new HashSet<>();
    private DiskFaults faults = DiskFaults.NONE;
    private long capacityBytes = Long.MAX_VALUE;
    private long operationsUntilCrash = Long.MAX_VALUE;
    private boolean down;

    /** Handles and locks of earlier incarnations are dead. */
    private int incarnation;

    private long failedWrites;
    private long failedSyncs;
    private long operations;

    public SimDisk(long seed) {
        random = new SimRandom(seed);
    }

    /** Lets operations fail from now on. */
    public synchronized void setFaults(DiskFaults newFaults) {
        faults = newFaults;
    }

    /** How much all files may hold together. */
    public synchronized void setCapacity(long bytes) {
        capacityBytes = bytes;
    }

    /** How much all files hold together. */
    public synchronized long usedBytes() {
        return usedBytes(root);
    }

    /** The process dies: handles and locks are gone, everything that was written stays. Also restarts a machine that is down. */
    public synchronized void killProcess() {
        incarnation++;
        locks.clear();
        down = false;
        operationsUntilCrash = Long.MAX_VALUE;
    }

    /** The machine dies and starts again: of everything that was not synced chance decides how much is left. */
    public synchronized void losePower() {
        killProcess();
        root.losePower(random);
    }

    /**
     * Lets the machine die in the middle of the n-th operation from now (1 is the next one): that one and all later ones
     * throw {@link SimulatedCrashException} until {@link #losePower()} or {@link #killProcess()}.
     */
    public synchronized void crashAtOperation(long n) {
        operationsUntilCrash = n;
    }

    /** How many operations there were, to choose where to crash. */
    public synchronized long operations() {
        return operations;
    }

    public synchronized long failedWrites() {
        return failedWrites;
    }

    public synchronized long failedSyncs() {
        return failedSyncs;
    }

    /** Turns one bit over, as a medium does by itself, in what programs see. */
    public synchronized void flipBit(Path file, int position, int bit) throws IOException {
        file(file).content().flipBit(position, bit);
    }

    @Override
    public synchronized DiskFile openOrCreate(Path file) throws IOException {
        operate();
        SimNode node = find(file);
        if (node == null) {
            node = new SimNode.File();
            change(file, node);
        }
        return new SimDiskFile(this, asFile(node, file), true, incarnation);
    }

    @Override
    public synchronized DiskFile openForRead(Path file) throws IOException {
        operate();
        return new SimDiskFile(this, file(file), false, incarnation);
    }

    @Override
    public synchronized byte[] readAll(Path file) throws IOException {
        operate();
        return file(file).content().read(0, Integer.MAX_VALUE);
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
        syncDirectory(parentOf(file));
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        operate();
        return find(path) != null;
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        operate();
        Path path = ROOT;
        for (Path name : directory.toAbsolutePath().normalize()) {
            path = path.resolve(name);
            SimNode node = find(path);
            if (node == null) {
                change(path, new SimNode.Directory());
            } else if (!(node instanceof SimNode.Directory)) {
                throw new FileAlreadyExistsException(path.toString());
            }
        }
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        operate();
        return List.copyOf(directory(directory).entries().keySet());
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        operate();
        SimNode node = find(from);
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        SimNode.Directory source = directory(parentOf(from));
        SimNode.Directory target = directory(parentOf(to));
        if (source == target) {
            Map<String, @Nullable SimNode> both = new HashMap<>();
            both.put(nameOf(from), null);
            both.put(nameOf(to), node);
            source.change(both);
        } else {
            target.change(one(nameOf(to), node));
            source.change(one(nameOf(from), null));
        }
    }

    @Override
    public synchronized void deleteIfExists(Path path) throws IOException {
        operate();
        SimNode node = find(path);
        if (node instanceof SimNode.Directory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        if (node != null) {
            change(path, null);
        }
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        operate();
        directory(directory).sync();
    }

    @Override
    public synchronized long usableBytes(Path path) throws IOException {
        operate();
        return Math.max(0, capacityBytes - usedBytes(root));
    }

    @Override
    public synchronized @Nullable DiskLock tryLock(Path file) throws IOException {
        openOrCreate(file).close();
        Path key = file.toAbsolutePath().normalize();
        if (!locks.add(key)) {
            return null;
        }
        int holder = incarnation;
        return () -> {
            synchronized (this) {
                if (holder == incarnation) {
                    locks.remove(key);
                }
            }
        };
    }

    /** Counts an operation of this incarnation, and dies in it if that is its fate. */
    void operate() {
        if (down) {
            throw new SimulatedCrashException();
        }
        operations++;
        operationsUntilCrash--;
        if (operationsUntilCrash <= 0) {
            down = true;
            throw new SimulatedCrashException();
        }
    }

    /** Whether the next operation is the one to die in: a write then leaves a part of itself. */
    private boolean diesInNextOperation() {
        return !down && operationsUntilCrash == 1;
    }

    boolean isCurrent(int handleIncarnation) {
        return handleIncarnation == incarnation;
    }

    void write(SimNode.File file, int position, byte[] bytes) throws IOException {
        if (diesInNextOperation()) {
            file.write(position, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
        }
        operate();
        long growth =
                Math.max(0, (long) position + bytes.length - file.content().size());
        long room = capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : capacityBytes - usedBytes(root);
        if (growth > room) {
            int fits = (int) Math.max(0, bytes.length - (growth - Math.max(0, room)));
            file.write(position, Arrays.copyOf(bytes, fits));
            throw new DiskFullException("No space left on the simulated device", null);
        }
        if (random.chance(faults.failedWrites())) {
            failedWrites++;
            file.write(position, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            throw new IOException("simulated failure of a write");
        }
        file.write(position, bytes);
    }

    void sync(SimNode.File file) throws IOException {
        operate();
        if (random.chance(faults.failedSyncs())) {
            failedSyncs++;
            file.failSync(random);
            throw new IOException("simulated failure of a sync");
        }
        file.sync();
    }

    private static long usedBytes(SimNode.Directory directory) {
        long used = 0;
        for (SimNode node : directory.entries().values()) {
            used += node instanceof SimNode.File file ? file.content().size() : usedBytes((SimNode.Directory) node);
        }
        return used;
    }

    private @Nullable SimNode find(Path path) throws IOException {
        SimNode node = root;
        for (Path name : path.toAbsolutePath().normalize()) {
            if (!(node instanceof SimNode.Directory directory)) {
                throw new NotDirectoryException(path.toString());
            }
            node = directory.entries().get(name.toString());
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private SimNode.File file(Path path) throws IOException {
        SimNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return asFile(node, path);
    }

    private static SimNode.File asFile(SimNode node, Path path) throws IOException {
        if (node instanceof SimNode.File file) {
            return file;
        }
        throw new IOException(path + " is a directory");
    }

    private SimNode.Directory directory(Path path) throws IOException {
        SimNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof SimNode.Directory directory) {
            return directory;
        }
        throw new NotDirectoryException(path.toString());
    }

    private void change(Path path, @Nullable SimNode node) throws IOException {
        directory(parentOf(path)).change(one(nameOf(path), node));
    }

    private static Map<String, @Nullable SimNode> one(String name, @Nullable SimNode node) {
        Map<String, @Nullable SimNode> map = new HashMap<>();
        map.put(name, node);
        return map;
    }

    private static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? ROOT : parent;
    }

    private static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }
}
