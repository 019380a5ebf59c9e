package io.rowlock.protocol.generator;

import com.palantir.javapoet.JavaFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The folder that generated source goes to. Files that would not change are left alone, so that a build sees no news. */
final class SourceFolder {
    private final Path root;

    SourceFolder(Path root) {
        this.root = root;
    }

    /**
     * Makes the folder hold exactly these files.
     *
     * @return how many files were written or deleted
     */
    int sync(List<JavaFile> files) throws IOException {
        Set<Path> wanted = new HashSet<>();
        int changes = 0;
        for (JavaFile file : files) {
            Path path = root.resolve(file.packageName().replace('.', '/'))
                    .resolve(file.typeSpec().name() + ".java");
            wanted.add(path);
            if (writeIfChanged(path, file.toString())) {
                changes++;
            }
        }
        for (Path present : javaFiles()) {
            if (!wanted.contains(present)) {
                Files.delete(present);
                changes++;
            }
        }
        return changes;
    }

    private static boolean writeIfChanged(Path path, String content) throws IOException {
        if (Files.exists(path) && Files.readString(path).equals(content)) {
            return false;
        }
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        return true;
    }

    private List<Path> javaFiles() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> path.toString().endsWith(".java")).toList();
        }
    }
}
