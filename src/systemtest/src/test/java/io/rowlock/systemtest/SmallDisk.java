package io.rowlock.systemtest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of its own for a test, so small that it can be filled. Needs the right to mount. */
final class SmallDisk implements AutoCloseable {

    /** What kinds there are: one in memory, and one whose blocks are allocated when they are written back. */
    enum Kind {
        TMPFS,
        EXT4
    }

    private final Path home;
    private final Path root;
    private final Path filler;

    private SmallDisk(Path home) {
        this.home = home;
        this.root = home.resolve("disk");
        this.filler = root.resolve("filler");
    }

    /** Mounts one below {@code home}; skips the test where that is not permitted. */
    static SmallDisk mount(Kind kind, Path home, int mebibytes) throws IOException {
        SmallDisk disk = new SmallDisk(home);
        Files.createDirectories(disk.root);
        CommandResult mounted = kind == Kind.TMPFS ? disk.mountMemory(mebibytes) : disk.mountFile(mebibytes);
        assumeTrue(
                mounted.exitCode() == 0,
                "a " + kind + " of " + mebibytes + " MiB cannot be mounted here, which takes root: "
                        + mounted.err().strip());
        return disk;
    }

    private CommandResult mountMemory(int mebibytes) {
        return run("mount", "-t", "tmpfs", "-o", "mode=755,size=" + mebibytes + "m", "rowlock", root.toString());
    }

    private CommandResult mountFile(int mebibytes) {
        String image = home.resolve("image").toString();
        run("fallocate", "-l", mebibytes + "MiB", image);
        // Without blocks that only root may use: the node of a test often runs as root.
        CommandResult made = run("mkfs.ext4", "-q", "-m", "0", image);
        return made.exitCode() == 0 ? run("mount", "-o", "loop", image, root.toString()) : made;
    }

    private static CommandResult run(String... command) {
        try {
            return CommandResult.of(List.of(command), "");
        } catch (UncheckedIOException e) {
            return new CommandResult(List.of(command), 127, "", String.valueOf(e.getMessage()));
        }
    }

    Path root() {
        return root;
    }

    /** What can still be written, by anybody. */
    long freeBytes() {
        return root.toFile().getUsableSpace();
    }

    /** Takes everything that is left, in one step. */
    void fill() {
        for (long bytes = freeBytes(); bytes > 0 && freeBytes() > 0; bytes /= 2) {
            long size = filler.toFile().length() + Math.min(bytes, freeBytes());
            run("fallocate", "-l", Long.toString(size), filler.toString());
        }
    }

    /** Gives back what {@link #fill} took. */
    void empty() throws IOException {
        Files.deleteIfExists(filler);
    }

    @Override
    public void close() {
        run("umount", root.toString());
        ServerProcess.deleteTree(home);
    }
}
