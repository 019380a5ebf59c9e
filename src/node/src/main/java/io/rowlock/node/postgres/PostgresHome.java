package io.rowlock.node.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The directory that holds an embedded PostgreSQL: its programs, its data, its log, its port and its password. */
final class PostgresHome {

    private static final int PASSWORD_BYTES = 24;

    private final Path root;

    private PostgresHome(Path root) {
        this.root = root;
    }

    /** Below a node's data directory; creates it, closed to other users, if there is none. */
    static PostgresHome in(Path dataDirectory) throws IOException {
        Path root = dataDirectory.toAbsolutePath().resolve("postgresql");
        if (!Files.isDirectory(root)) {
            Files.createDirectories(root);
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        }
        // PostgreSQL's command line is recognised by this path, so it must not depend on how it was written.
        return new PostgresHome(root.toRealPath());
    }

    Path root() {
        return root;
    }

    Path data() {
        return root.resolve("data");
    }

    Path log() {
        return root.resolve("log");
    }

    Path passwordFile() {
        return root.resolve("password");
    }

    boolean isInitialized() {
        return Files.exists(data());
    }

    /** The password of the one role; drawn when there is no database yet. */
    String password() throws IOException {
        if (Files.exists(passwordFile())) {
            return Files.readString(passwordFile()).strip();
        }
        if (isInitialized()) {
            throw new EmbeddedPostgresException("The embedded PostgreSQL in " + root
                    + " cannot be entered because the file 'password' is gone: restore it, "
                    + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".");
        }
        byte[] drawn = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(drawn);
        String password = HexFormat.of().formatHex(drawn);
        write(passwordFile(), password);
        return password;
    }

    /** The port of the last start if it is still free, else any free one, remembered for the next start. */
    int port() throws IOException {
        Path file = root.resolve("port");
        if (Files.exists(file)) {
            int remembered = Integer.parseInt(Files.readString(file).strip());
            if (isFree(remembered)) {
                return remembered;
            }
        }
        int port;
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        write(file, Integer.toString(port));
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void write(Path file, String content) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        Files.createFile(partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        sync();
    }

    /** Makes creations and renames in this directory survive a crash of the machine. */
    void sync() throws IOException {
        try (FileChannel directory = FileChannel.open(root, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
