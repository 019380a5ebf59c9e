package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/**
 * A port on 127.0.0.1 that leads to another one, over links that can be cut, delayed and healed. Two threads for each
 * connection: for tests.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int CHUNK = 64 << 10;

    private final ServerSocket server;
    private final IntSupplier target;
    private final IntFunction<Link> linkOf;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param target the port to which connections go, asked for each
     * @param linkOf the link that a connection uses, by the port from which it comes
     */
    public TcpProxy(IntSupplier target, IntFunction<Link> linkOf) {
        this.target = target;
        this.linkOf = linkOf;
        try {
            server = new ServerSocket(FreePorts.take(1).get(0), 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen", e);
        }
        run("accept", this::accept);
    }

    /** Where to connect to. */
    public int port() {
        return server.getLocalPort();
    }

    private static void run(String name, Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = server.accept();
                open.add(from);
                run("connect", () -> connect(from));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException("proxy at port " + port(), e);
                }
            }
        }
    }

    /** Where nobody listens, the connection ends at once, which is as near to a refusal as a proxy comes. */
    private void connect(Socket from) {
        Link link = linkOf.apply(from.getPort());
        link.awaitWhole();
        try {
            Socket to = new Socket(InetAddress.getLoopbackAddress(), target.getAsInt());
            open.add(to);
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            run("there", () -> pump(link, from, to));
            run("back", () -> pump(link, to, from));
        } catch (IOException e) {
            end(from);
        }
    }

    private void pump(Link link, Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                link.pass();
                out.write(chunk, 0, read);
            }
            link.awaitWhole();
        } catch (IOException expected) {
            // Either end broke it: so the other one hears the same.
            link.awaitWhole();
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a connection of the proxy", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the proxy", e);
        }
        open.forEach(this::end);
    }
}
