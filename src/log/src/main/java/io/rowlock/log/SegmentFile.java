package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.TooManyOpenFilesException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A segment's data file, whose handle comes and goes as {@link OpenFiles} has it, and a count of its users: the log itself,
 * and every slice of it that is being sent. Whoever calls a method of {@link DiskFile} holds a reference. Thread-safe.
 *
 * <p>A handle that was written through is synced before it is closed. Linux tells of a failed write-back whoever has the
 * file open; who opens it later may hear nothing, because the system forgot the file's state meanwhile, and would take the
 * next sync for good. What a sync could not do is remembered here, and every later sync and write fails.
 */
final class SegmentFile implements DiskFile {

    private static final int CLOSED = -1;
    private static final VarHandle USERS = field("users", int.class);
    private static final VarHandle REFERENCES = field("references", int.class);
    private static final VarHandle WRITES = field("writes", int.class);

    private final Disk disk;
    private final OpenFiles openFiles;

    /** Guarded by this, like every change from closed to open and back. */
    private volatile Path path;

    private boolean writable;
    private boolean created;
    private @Nullable DiskFile handle;

    /** Operations under way on the open handle, or {@link #CLOSED}. Whoever raises it has the handle. */
    private volatile int users = CLOSED;

    private volatile int references = 1;

    /** Since {@link #isIdle()} was last asked. */
    private volatile boolean used;

    /** Writes and truncations so far, and how many of them a sync came after. */
    private volatile int writes;

    private volatile int syncedWrites;
    private volatile @Nullable IOException syncFailure;

    /** Belongs to {@link OpenFiles}. */
    private int place = -1;

    private SegmentFile(LogEnvironment environment, Path path, boolean writable) {
        this.disk = environment.disk();
        this.openFiles = environment.openFiles();
        this.path = path;
        this.writable = writable;
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(SegmentFile.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The file of a segment that is appended to; its first use creates it. */
    static SegmentFile writable(LogEnvironment environment, Path path) {
        return new SegmentFile(environment, path, true);
    }

    static SegmentFile readOnly(LogEnvironment environment, Path path) {
        return new SegmentFile(environment, path, false);
    }

    Path path() {
        return path;
    }

    /** Nothing is written to it any more. */
    synchronized void seal() {
        writable = false;
    }

    /** Creates the file if this is its first use and there is none. */
    void create() throws IOException {
        acquire(true);
        done();
    }

    /** Takes part in the use of the file; false if its last user has let go already. */
    boolean tryRetain() {
        int count = references;
        while (count > 0) {
            if (REFERENCES.compareAndSet(this, count, count + 1)) {
                return true;
            }
            count = references;
        }
        return false;
    }

    /** Whether somebody else than the log itself uses the file. */
    boolean isShared() {
        return references > 1;
    }

    /** Lets go of the file; the last one closes it. */
    void release() throws IOException {
        int left = (int) REFERENCES.getAndAdd(this, -1) - 1;
        if (left < 0) {
            throw new IllegalStateException(path + " was released more often than retained");
        }
        if (left == 0) {
            closeForGood();
        }
    }

    /**
     * What the log does instead of {@link #release()} before the file's name goes to another file or to none: whoever reads it
     * still goes on with an open handle, since the name would no longer lead there.
     */
    void retire() throws IOException {
        if (REFERENCES.compareAndSet(this, 1, 0)) {
            closeForGood();
            return;
        }
        try {
            acquire(false);
            openFiles.keep(this);
        } finally {
            release();
        }
    }

    /** Renames the file; an open handle stays good. */
    synchronized void moveTo(Path newPath) throws IOException {
        disk.move(path, newPath);
        path = newPath;
    }

    @Override
    public long size() throws IOException {
        DiskFile open = acquire(false);
        try {
            return open.size();
        } finally {
            done();
        }
    }

    @Override
    public void write(long position, ByteBuffer... buffers) throws IOException {
        requireNoFailedSync();
        DiskFile open = acquire(true);
        try {
            open.write(position, buffers);
        } finally {
            wrote();
            done();
        }
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        DiskFile open = acquire(false);
        try {
            return open.read(position, target);
        } finally {
            done();
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        DiskFile open = acquire(true);
        try {
            open.truncate(size);
        } finally {
            wrote();
            done();
        }
    }

    @Override
    public void sync() throws IOException {
        requireNoFailedSync();
        DiskFile open = acquire(true);
        try {
            sync(open);
        } finally {
            done();
        }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        DiskFile open = acquire(false);
        try {
            return open.transferTo(position, count, target);
        } finally {
            done();
        }
    }

    /** As {@link #release()}. */
    @Override
    public void close() throws IOException {
        release();
    }

    /** Counted after the write and before {@link #done()}: a sync beside it does not cover it, and nobody closes between. */
    private void wrote() {
        WRITES.getAndAdd(this, 1);
    }

    private void sync(DiskFile open) throws IOException {
        int covered = writes;
        try {
            open.sync();
        } catch (IOException e) {
            syncFailure = e;
            throw e;
        }
        syncedWrites = covered;
    }

    private void requireNoFailedSync() throws IOException {
        IOException failure = syncFailure;
        if (failure != null) {
            throw new IOException("an earlier sync of " + path + " failed: " + failure.getMessage(), failure);
        }
    }

    /**
     * The handle, which stays open until {@link #done()}.
     *
     * @param maySync whether another file may be synced to make room for this one: not by who reads, maybe on an event loop
     */
    private DiskFile acquire(boolean maySync) throws IOException {
        int count = users;
        while (true) {
            if (count == CLOSED) {
                DiskFile opened = open(maySync);
                if (opened != null) {
                    return opened;
                }
            } else if (USERS.compareAndSet(this, count, count + 1)) {
                if (!used) {
                    used = true;
                }
                DiskFile open = handle;
                if (open == null) {
                    throw new IllegalStateException(path + " is in use and closed");
                }
                return open;
            }
            count = users;
        }
    }

    private void done() {
        USERS.getAndAdd(this, -1);
    }

    /** Opens the handle for its first user; null if it was open already. */
    private @Nullable DiskFile open(boolean maySync) throws IOException {
        openFiles.makeRoom(maySync);
        DiskFile opened = null;
        try {
            do {
                opened = tryOpen();
            } while (opened == null && users == CLOSED);
        } finally {
            if (opened == null) {
                openFiles.notOpened();
            }
        }
        return opened;
    }

    /** Null if it is open already, or if this process has too many open files and another was closed meanwhile. */
    private @Nullable DiskFile tryOpen() throws IOException {
        try {
            synchronized (this) {
                if (users != CLOSED) {
                    return null;
                }
                if (references <= 0) {
                    throw new ClosedChannelException();
                }
                DiskFile opened = openHandle();
                handle = opened;
                used = true;
                openFiles.opened(this);
                users = 1;
                return opened;
            }
        } catch (TooManyOpenFilesException e) {
            // Connections and other files took what was left for this. Those that are in use will not last.
            if (!openFiles.closeOne(true)) {
                throw e;
            }
            return null;
        }
    }

    private DiskFile openHandle() throws IOException {
        if (!writable) {
            return disk.openForRead(path);
        }
        if (created && !disk.exists(path)) {
            // An empty file in its place would hide that somebody took it away.
            throw new NoSuchFileException(path.toString());
        }
        DiskFile opened = disk.openOrCreate(path);
        created = true;
        return opened;
    }

    /** Whether it has a handle at this moment. */
    boolean isOpen() {
        return users != CLOSED;
    }

    /** Whether nobody uses the handle now, or has since this was last asked. */
    boolean isIdle() {
        if (users != 0) {
            return false;
        }
        if (used) {
            used = false;
            return false;
        }
        return true;
    }

    /** Whether closing it takes a sync. A second one, after one that failed, could not tell anything. */
    boolean isUnsynced() {
        return writes != syncedWrites && syncFailure == null;
    }

    /**
     * Closes the handle unless it is in use; syncs it before if it must be. Returns whether it closed it.
     *
     * @param maySync if not, a handle that must be synced stays open
     */
    synchronized boolean tryClose(boolean maySync) {
        if (!USERS.compareAndSet(this, 0, CLOSED)) {
            return false;
        }
        if (!maySync && isUnsynced()) {
            users = 0;
            return false;
        }
        DiskFile open = handle;
        handle = null;
        openFiles.closed(this);
        if (open != null) {
            closeSafely(open);
        }
        return true;
    }

    /** What fails here the log hears of with its next write or sync. */
    private void closeSafely(DiskFile open) {
        try (open) {
            if (isUnsynced()) {
                sync(open);
            }
        } catch (IOException e) {
            syncFailure = e;
        }
    }

    private synchronized void closeForGood() throws IOException {
        DiskFile open = handle;
        handle = null;
        users = CLOSED;
        if (open != null) {
            openFiles.closed(this);
            open.close();
        }
    }

    /** For {@link OpenFiles}: where it keeps this file, or -1. */
    int place() {
        return place;
    }

    void setPlace(int newPlace) {
        place = newPlace;
    }
}
