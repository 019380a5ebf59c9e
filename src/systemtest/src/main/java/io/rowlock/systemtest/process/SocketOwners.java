package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which process has a TCP port of 127.0.0.1 as its end of a connection. Linux, IPv4 and IPv6. */
final class SocketOwners {
    private SocketOwners() {}

    /** Whether one of that process's sockets has the local port. */
    static boolean has(long pid, int localPort) {
        return inode(localPort)
                .map(inode -> hasSocket(pid, "socket:[" + inode + "]"))
                .orElse(false);
    }

    /** Columns of /proc/net/tcp: number, local address, remote address, state, ..., the tenth is the inode. */
    private static Optional<String> inode(int localPort) {
        String suffix = String.format(":%04X", localPort);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try (Stream<String> lines = Files.lines(Path.of(table))) {
                Optional<String> inode = lines.map(line -> line.strip().split("\\s+", -1))
                        .filter(columns -> columns.length > 9
                                && columns[1].endsWith(suffix)
                                && !columns[9].equals("0")
                                && !columns[2].endsWith(":0000"))
                        .map(columns -> columns[9])
                        .findFirst();
                if (inode.isPresent()) {
                    return inode;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + table, e);
            }
        }
        return Optional.empty();
    }

    private static boolean hasSocket(long pid, String name) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.anyMatch(file -> leadsTo(file, name));
        } catch (IOException ended) {
            return false;
        }
    }

    private static boolean leadsTo(Path file, String name) {
        try {
            return Files.readSymbolicLink(file).toString().equals(name);
        } catch (IOException closed) {
            return false;
        }
    }
}
