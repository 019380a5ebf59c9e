package io.rowlock.node.boot;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that takes a little of the disk, and is thrown off when a start finds the disk full: a PostgreSQL on it lets nobody
 * in without writing something first.
 */
final class Ballast {

    static final int BYTES = 16 << 20;
    static final String NAME = ".ballast";

    private static final System.Logger LOG = System.getLogger(Ballast.class.getName());
    private static final int PIECE_BYTES = 1 << 20;

    private Ballast() {}

    /** Throws it off where the disk is full, and takes it on where there is room for it and more. */
    static void trim(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        long free = disk.usableBytes(directory);
        if (free >= 2L * BYTES) {
            takeOn(disk, file);
        } else if (free < BYTES && disk.exists(file)) {
            disk.deleteIfExists(file);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The disk of {0} is full: {1} MiB that were kept for this start are given up. Add space before the next.",
                    directory,
                    BYTES >> 20);
        }
    }

    private static void takeOn(Disk disk, Path file) throws IOException {
        try (DiskFile out = disk.openOrCreate(file)) {
            ByteBuffer zeros = ByteBuffer.allocate(PIECE_BYTES);
            for (long at = out.size(); at < BYTES; at += PIECE_BYTES) {
                out.write(at, zeros.clear());
            }
        } catch (DiskFullException e) {
            disk.deleteIfExists(file);
        }
    }
}
