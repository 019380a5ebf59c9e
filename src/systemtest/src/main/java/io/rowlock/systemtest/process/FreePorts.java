package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Ports that nobody listens on at the moment of asking. Not those that the operating system gives out itself: between asking
 * and listening one of thousands of outgoing connections could get them.
 */
public final class FreePorts {
    private static final int FIRST = 10_000;
    /** Where Linux begins to take ports for outgoing connections ({@code net.ipv4.ip_local_port_range}), with some distance. */
    private static final int BEYOND = 32_000;

    private static final int TRIES = 10_000;

    private FreePorts() {}

    /** {@code count} different free ports. They are all held while choosing, so none is handed out twice. */
    public static List<Integer> take(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int tries = 0; held.size() < count; tries++) {
                ServerSocket socket = hold(ThreadLocalRandom.current().nextInt(FIRST, BEYOND));
                if (socket != null) {
                    held.add(socket);
                } else if (tries == TRIES) {
                    throw new IllegalStateException("no free port between " + FIRST + " and " + BEYOND);
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            held.forEach(FreePorts::release);
        }
    }

    /** Null if the port is taken, on whatever address. */
    private static @Nullable ServerSocket hold(int port) {
        try {
            return new ServerSocket(port, 1);
        } catch (BindException taken) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release port " + socket.getLocalPort(), e);
        }
    }
}
