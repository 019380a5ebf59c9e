package io.rowlock.node.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a running PostgreSQL writes into {@code postmaster.pid} about itself.
 *
 * @param ready whether it says that it takes connections
 */
record PostmasterFile(long pid, int port, boolean ready) {

    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    static Path in(Path dataDirectory) {
        return dataDirectory.resolve("postmaster.pid");
    }

    /** Null if there is none, or it is not written to its end yet. */
    static @Nullable PostmasterFile read(Path dataDirectory) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(in(dataDirectory));
        } catch (NoSuchFileException e) {
            return null;
        }
        if (lines.size() <= PORT_LINE) {
            return null;
        }
        try {
            return new PostmasterFile(
                    Long.parseLong(lines.get(PID_LINE).strip()),
                    Integer.parseInt(lines.get(PORT_LINE).strip()),
                    lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready"));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Whether {@link #pid} is a PostgreSQL on {@code dataDirectory}, and not another program that got its number. */
    boolean isAlive(Path dataDirectory) {
        try {
            String commandLine = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
            return List.of(commandLine.split("\0")).contains(dataDirectory.toString());
        } catch (IOException e) {
            // No such process (or one that nobody may look at, which is not ours either).
            return false;
        }
    }
}
