package io.rowlock.node.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per version from the jar that carries them. */
final class PostgresBinaries {

    private static final String VERSION = readVersion();

    private PostgresBinaries() {}

    /** The version that this node carries, such as {@code 17.11.0}. */
    static String version() {
        return VERSION;
    }

    /** The directory with {@code bin}, {@code lib} and {@code share} below {@code home}; unpacks it if it is not there. */
    static Path unpack(Path home) throws IOException {
        Path target = home.resolve("bin-" + VERSION);
        if (Files.isDirectory(target)) {
            return target;
        }
        // Renamed only when whole, so that a directory with this name can be trusted.
        Path partial = home.resolve("bin-" + VERSION + ".partial");
        FileTree.delete(partial);
        String resource = resourceName(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        try (InputStream raw = PostgresBinaries.class.getResourceAsStream(resource)) {
            if (raw == null) {
                throw new EmbeddedPostgresException("The embedded PostgreSQL is missing from this build (" + resource
                        + "): use a complete build, " + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".");
            }
            extract(raw, partial);
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        return target;
    }

    static String resourceName(String os, String arch) {
        String file = switch (arch) {
            case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
            case "aarch64" -> "/postgres-linux-arm_64.txz";
            default -> null;
        };
        if (!os.equals("Linux") || file == null) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL runs on Linux on amd64 and aarch64 only, not on " + os + " on " + arch
                            + ": set quarkus.datasource.jdbc.url to a PostgreSQL of your own.");
        }
        return file;
    }

    private static void extract(InputStream raw, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(raw))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside of the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.resolveSibling("."));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (!isForBuildingOnly(entry.getName())) {
                    Files.copy(tar, path);
                    if ((entry.getMode() & 0100) != 0) {
                        FileTree.makeExecutable(path);
                    }
                }
            }
        }
    }

    /** Static libraries, a third of the files' bytes, serve compilers only. */
    private static boolean isForBuildingOnly(String name) {
        return name.endsWith(".a") || name.endsWith(".pc");
    }

    private static String readVersion() {
        String resource = "/rowlock-embedded-postgresql.properties";
        try (InputStream in = PostgresBinaries.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("missing from the build: " + resource);
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + resource, e);
        }
    }
}
