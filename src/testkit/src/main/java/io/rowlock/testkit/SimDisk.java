package io.rowlock.testkit;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that behaves as badly as a real one may: what was not synced is lost or torn when power goes, any sector of
 * it apart from the others; operations fail, take long, or give a bit wrong; stored bits turn over; and there is an
 * end to its room. One seed decides. Programs see only what they wrote, as through a page cache, until {@link #losePower()}.
 *
 * <p>Thread-safe; but only with one thread does the same seed mean the same history.
 */
public final class SimDisk implements Disk {

    private final SimRandom random;
    private final SimTree tree = new SimTree();
    private final Set<Path> locks = new HashSet<>();
    private final DiskEvents events = new DiskEvents();
    private final Map<Path, Long> bytesRead = new HashMap<>();
    private final SyncGate gate = new SyncGate();
    private DiskFaults faults = DiskFaults.NONE;
    private @Nullable SimClock stallClock;
    private Duration longestStall = Duration.ZERO;
    private long capacityBytes = Long.MAX_VALUE;
    private long operationsUntilCrash = Long.MAX_VALUE;
    private boolean down;
    private boolean namesNeedRoom;
    private PowerLoss powerLoss = PowerLoss.USUAL;

    /** Handles and locks of earlier incarnations are dead. */
    private int incarnation;

    private long operations;
    private int powerLosses;

    public SimDisk(long seed) {
        random = new SimRandom(seed);
    }

    /** Lets operations fail from now on. */
    public synchronized void setFaults(DiskFaults newFaults) {
        faults = newFaults;
    }

    /** How badly power losses, and failed syncs, go from now on. */
    public synchronized void setPowerLoss(PowerLoss how) {
        powerLoss = how;
    }

    /** Lets no name be created either when the disk is full, as where its directory would have to grow. */
    public synchronized void refuseNamesWhenFull() {
        namesNeedRoom = true;
    }

    /** How much all files may hold together. */
    public synchronized void setCapacity(long bytes) {
        capacityBytes = bytes;
    }

    /** How much all files hold together. */
    public synchronized long usedBytes() {
        return tree.usedBytes();
    }

    /** Operations that stall, as {@link DiskFaults#stalls()} has it, move {@code clock} on by up to {@code longest}. */
    public synchronized void stallUpTo(Duration longest, SimClock clock) {
        longestStall = longest;
        stallClock = clock;
    }

    /** Lets every sync of a file under {@code path} wait, in its own thread, until the result is closed. */
    public SyncGate.Hold holdSyncs(Path path) {
        return gate.hold(path);
    }

    /** The process dies: handles and locks are gone, everything that was written stays. Also restarts a machine that is down. */
    public synchronized void killProcess() {
        events.happened(DiskEvent.PROCESS_CRASH);
        restart();
    }

    /** The machine dies and starts again: of everything that was not synced chance decides how much is left. */
    public synchronized void losePower() {
        events.happened(DiskEvent.POWER_LOSS);
        powerLosses++;
        restart();
        tree.losePower(random, events, powerLoss);
    }

    private void restart() {
        incarnation++;
        locks.clear();
        down = false;
        operationsUntilCrash = Long.MAX_VALUE;
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

    /** What has happened so far. */
    public synchronized DiskEvents events() {
        return events.copy();
    }

    /** How many bytes were read from the file that was opened as {@code path}. */
    public synchronized long bytesRead(Path path) {
        return bytesRead.getOrDefault(path, 0L);
    }

    /** How many bytes were read from all files. */
    public synchronized long bytesRead() {
        return bytesRead.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Turns one bit over, as a medium does by itself. It stays so. */
    public synchronized void flipBit(Path file, int position, int bit) throws IOException {
        events.happened(DiskEvent.FLIPPED_BIT);
        tree.file(file).flipBit(position, bit);
    }

    /** Turns over one bit of those that the file stores; returns the position of its byte, or -1 if the file is empty. */
    public synchronized int flipAnyBit(Path file) throws IOException {
        int size = tree.file(file).content().size();
        if (size == 0) {
            return -1;
        }
        int position = random.nextInt(size);
        flipBit(file, position, random.nextInt(Byte.SIZE));
        return position;
    }

    @Override
    public synchronized DiskFile openOrCreate(Path file) throws IOException {
        operateOnName();
        SimNode node = tree.find(file);
        if (node == null) {
            requireRoom();
            node = new SimNode.File();
            tree.add(file, node);
        }
        return new SimDiskFile(this, SimTree.asFile(node, file), file, true, incarnation);
    }

    @Override
    public synchronized DiskFile openForRead(Path file) throws IOException {
        operateOnName();
        return new SimDiskFile(this, tree.file(file), file, false, incarnation);
    }

    @Override
    public synchronized byte[] readAll(Path file) throws IOException {
        operate();
        return read(tree.file(file), file, 0, Integer.MAX_VALUE);
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
        syncDirectory(SimTree.parentOf(file));
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        operate();
        return tree.find(path) != null;
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        operateOnName();
        if (tree.find(directory) == null) {
            requireRoom();
        }
        tree.addDirectories(directory);
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        operateOnName();
        return List.copyOf(tree.directory(directory).entries().keySet());
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        operateOnName();
        tree.move(from, to);
    }

    @Override
    public synchronized void deleteIfExists(Path path) throws IOException {
        operateOnName();
        tree.remove(path);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        operate();
        if (chance(faults.failedNames(), DiskEvent.FAILED_NAME)) {
            tree.directory(directory).failSync(random);
            throw new IOException("simulated failure of a sync of " + directory);
        }
        tree.directory(directory).sync();
    }

    @Override
    public synchronized long usableBytes(Path path) throws IOException {
        operate();
        return Math.max(0, capacityBytes - tree.usedBytes());
    }

    @Override
    public synchronized long totalBytes(Path path) throws IOException {
        operate();
        return capacityBytes;
    }

    @Override
    public synchronized String pageCacheId() {
        return "after " + powerLosses + " power losses";
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

    @Override
    public synchronized boolean isLockedByAnother(Path file) {
        return locks.contains(file.toAbsolutePath().normalize());
    }

    /** Counts an operation of this incarnation, and dies in it if that is its fate; or lets it take long. */
    void operate() {
        if (down) {
            throw new SimulatedCrashException();
        }
        operations++;
        operationsUntilCrash--;
        if (operationsUntilCrash <= 0) {
            down = true;
            events.happened(DiskEvent.CRASH_IN_OPERATION);
            throw new SimulatedCrashException();
        }
        SimClock clock = stallClock;
        if (clock != null && chance(faults.stalls(), DiskEvent.STALL)) {
            clock.advance(Duration.ofMillis(random.nextInt((int) longestStall.toMillis() + 1)));
        }
    }

    /** An operation that may fail, and then does nothing. */
    void operateOnName() throws IOException {
        operate();
        if (chance(faults.failedNames(), DiskEvent.FAILED_NAME)) {
            throw new IOException("simulated failure of an operation");
        }
    }

    /** Draws nothing where nothing is to happen, so that one kind of fault does not change what others do. */
    private boolean chance(int perMille, DiskEvent event) {
        boolean happens = perMille > 0 && random.chance(perMille);
        if (happens) {
            events.happened(event);
        }
        return happens;
    }

    private void requireRoom() throws DiskFullException {
        if (namesNeedRoom && capacityBytes != Long.MAX_VALUE && tree.usedBytes() >= capacityBytes) {
            throw full();
        }
    }

    private DiskFullException full() {
        events.happened(DiskEvent.FULL);
        return new DiskFullException("No space left on the simulated device", null);
    }

    boolean isCurrent(int handleIncarnation) {
        return handleIncarnation == incarnation;
    }

    byte[] read(SimNode.File file, Path path, long position, int length) throws IOException {
        if (chance(faults.failedReads(), DiskEvent.FAILED_READ)) {
            throw new IOException("simulated failure of a read of " + path);
        }
        byte[] bytes = file.content().read((int) Math.min(position, Integer.MAX_VALUE), length);
        if (bytes.length > 0 && chance(faults.flippedReads(), DiskEvent.FLIPPED_READ)) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        bytesRead.merge(path, (long) bytes.length, Long::sum);
        return bytes;
    }

    void write(SimNode.File file, int position, byte[] bytes) throws IOException {
        if (!down && operationsUntilCrash == 1) {
            // It dies in this one, which then leaves a part of itself.
            file.write(position, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
        }
        operate();
        long growth =
                Math.max(0, (long) position + bytes.length - file.content().size());
        long room = capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : capacityBytes - tree.usedBytes();
        if (growth > room) {
            int fits = (int) Math.max(0, bytes.length - (growth - Math.max(0, room)));
            file.write(position, Arrays.copyOf(bytes, fits));
            throw full();
        }
        if (chance(faults.failedWrites(), DiskEvent.FAILED_WRITE)) {
            file.write(position, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            throw new IOException("simulated failure of a write");
        }
        file.write(position, bytes);
    }

    /** Waits outside of the monitor where syncs are held. */
    void sync(SimNode.File file, Path path) throws IOException {
        gate.pass(path);
        synchronized (this) {
            operate();
            if (chance(faults.failedSyncs(), DiskEvent.FAILED_SYNC)) {
                file.failSync(random, events, powerLoss);
                throw new IOException("simulated failure of a sync");
            }
            file.sync();
        }
    }
}
