package io.rowlock.testkit;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The directories of a simulated disk: finds what stands at a path and changes names. The disk's monitor guards it. */
final class SimTree {

    private static final Path ROOT = Path.of("/");

    private final SimNode.Directory root = new SimNode.Directory();

    void losePower(SimRandom random, DiskEvents events, PowerLoss how) {
        root.losePower(random, events, how);
    }

    @Nullable
    SimNode find(Path path) throws IOException {
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

    SimNode.File file(Path path) throws IOException {
        SimNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return asFile(node, path);
    }

    static SimNode.File asFile(SimNode node, Path path) throws IOException {
        if (node instanceof SimNode.File file) {
            return file;
        }
        throw new IOException(path + " is a directory");
    }

    SimNode.Directory directory(Path path) throws IOException {
        SimNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof SimNode.Directory directory) {
            return directory;
        }
        throw new NotDirectoryException(path.toString());
    }

    void add(Path path, SimNode node) throws IOException {
        directory(parentOf(path)).change(one(nameOf(path), node));
    }

    /** Makes the directories of {@code path} that are not there; returns whether any was missing. */
    boolean addDirectories(Path path) throws IOException {
        Path at = ROOT;
        boolean missing = false;
        for (Path name : path.toAbsolutePath().normalize()) {
            at = at.resolve(name);
            SimNode node = find(at);
            if (node == null) {
                missing = true;
                add(at, new SimNode.Directory());
            } else if (!(node instanceof SimNode.Directory)) {
                throw new FileAlreadyExistsException(at.toString());
            }
        }
        return missing;
    }

    void remove(Path path) throws IOException {
        SimNode node = find(path);
        if (node instanceof SimNode.Directory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        if (node != null) {
            directory(parentOf(path)).change(one(nameOf(path), null));
        }
    }

    void move(Path from, Path to) throws IOException {
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

    /** The bytes in all files together. */
    long usedBytes() {
        return usedBytes(root);
    }

    private static long usedBytes(SimNode.Directory directory) {
        long used = 0;
        for (SimNode node : directory.entries().values()) {
            used += node instanceof SimNode.File file ? file.content().size() : usedBytes((SimNode.Directory) node);
        }
        return used;
    }

    static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? ROOT : parent;
    }

    private static Map<String, @Nullable SimNode> one(String name, @Nullable SimNode node) {
        Map<String, @Nullable SimNode> map = new HashMap<>();
        map.put(name, node);
        return map;
    }

    private static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }
}
