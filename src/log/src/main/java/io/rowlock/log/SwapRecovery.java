package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Completes or undoes, before a log is opened, what a crash left of compaction. Does nothing where it left nothing. */
final class SwapRecovery {

    private static final int SCAN_BUFFER_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path directory;

    SwapRecovery(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    void run() throws IOException {
        List<String> names = disk.list(directory);
        for (String name : names) {
            if (name.endsWith(LogFiles.CLEANED_FILE)) {
                disk.deleteIfExists(directory.resolve(name));
            }
        }
        for (String name : names) {
            long base = LogFiles.offsetOf(name, LogFiles.LOG + LogFiles.SWAP_FILE);
            if (base >= 0) {
                complete(base, names);
            }
        }
        for (String name : names) {
            if (name.endsWith(LogFiles.SWAP_FILE)) {
                // Indexes without their data: that has its name already, or was not valid yet.
                disk.deleteIfExists(directory.resolve(name));
            }
        }
    }

    private void complete(long base, List<String> names) throws IOException {
        long end = endOf(LogFiles.withSuffix(LogFiles.log(directory, base), LogFiles.SWAP_FILE));
        for (String name : names) {
            long other = LogFiles.offsetOf(name, LogFiles.LOG);
            if (other >= base && other < end) {
                deleteReplaced(other, base);
            }
        }
        deleteReplaced(base, base);
        disk.syncDirectory(directory);
        moveIfThere(LogFiles.index(directory, base));
        moveIfThere(LogFiles.timeIndex(directory, base));
        moveIfThere(LogFiles.log(directory, base));
        disk.syncDirectory(directory);
    }

    /** The data stays under the temporary name until its indexes have theirs: only then is nothing left to be done. */
    private void moveIfThere(Path path) throws IOException {
        Path swap = LogFiles.withSuffix(path, LogFiles.SWAP_FILE);
        if (disk.exists(swap)) {
            disk.move(swap, path);
        }
    }

    private void deleteReplaced(long other, long base) throws IOException {
        disk.deleteIfExists(LogFiles.log(directory, other));
        disk.deleteIfExists(LogFiles.index(directory, other));
        disk.deleteIfExists(LogFiles.timeIndex(directory, other));
        disk.deleteIfExists(LogFiles.transactionIndex(directory, other));
        if (other != base) {
            disk.deleteIfExists(LogFiles.snapshot(directory, other));
        }
    }

    private long endOf(Path swap) throws IOException {
        try (DiskFile file = disk.openForRead(swap)) {
            BatchScanner scanner = new BatchScanner(file, 0, (int) file.size(), SCAN_BUFFER_BYTES);
            long end = 0;
            while (scanner.next()) {
                end = scanner.batch().nextOffset();
            }
            if (scanner.problem() != null) {
                throw new CorruptLogException(swap, scanner.position(), scanner.problem());
            }
            return end;
        }
    }
}
