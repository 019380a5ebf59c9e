package io.rowlock.systemtest.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Many consumer groups on one broker that join, share and then only beat their hearts: each member on a connection of its own, as with real
 * consumers, but all on one thread. What the members count can be read from any thread.
 */
public final class GroupCrowd implements AutoCloseable {
    private static final int FIRST_BUFFER = 1_024;
    private static final int LARGEST_ANSWER = 1 << 20;

    private final Selector selector;
    private final Queue<Connection> byNextTick = new ArrayDeque<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Duration heartbeat;
    private final Thread thread;
    private final AtomicInteger stable = new AtomicInteger();
    private final AtomicLong heartbeats = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;

    private static final class Connection {
        private final SocketChannel channel;
        private final CrowdMember member;
        private ByteBuffer received = ByteBuffer.allocate(FIRST_BUFFER);
        private long nextTick;
        private long afterNext;

        Connection(SocketChannel channel, CrowdMember member) {
            this.channel = channel;
            this.member = member;
        }
    }

    private GroupCrowd(Selector selector, Duration heartbeat) {
        this.selector = selector;
        this.heartbeat = heartbeat;
        this.thread = new Thread(this::run, "group-crowd");
    }

    /**
     * Connects all members and, when all are connected, lets them join at once; {@link #awaitStable} tells when they have.
     *
     * @param port of the broker, on 127.0.0.1, which coordinates every group
     * @param topic that all subscribe to; has at least {@code members} partitions
     * @param prefix of the groups' names
     * @param members of each group
     * @param heartbeat time from one heartbeat of a member to the next
     */
    public static GroupCrowd join(int port, String topic, String prefix, int groups, int members, Duration heartbeat) {
        try {
            GroupCrowd crowd = new GroupCrowd(Selector.open(), heartbeat);
            int all = groups * members;
            for (int i = 0; i < all; i++) {
                crowd.connect(port, new CrowdMember(prefix + i / members, topic));
            }
            crowd.planTicks();
            crowd.thread.start();
            return crowd;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + port, e);
        }
    }

    private void connect(int port, CrowdMember member) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
        Connection connection = new Connection(channel, member);
        channel.register(selector, SelectionKey.OP_READ, connection);
        connections.add(connection);
    }

    /** All join at once; from then on their ticks are spread over the interval. */
    private void planTicks() {
        long now = System.nanoTime();
        for (int i = 0; i < connections.size(); i++) {
            Connection connection = connections.get(i);
            connection.nextTick = now;
            connection.afterNext = now + heartbeat.toNanos() + heartbeat.toNanos() / connections.size() * i;
            byNextTick.add(connection);
        }
    }

    /** Members that have their assignment. */
    public int stableMembers() {
        return stable.get();
    }

    /** Heartbeats that the broker answered without asking for anything. */
    public long heartbeats() {
        return heartbeats.get();
    }

    /** Waits until every member has its assignment; fails as soon as one was refused or cut off. */
    public void awaitStable(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (stable.get() < connections.size()) {
            check();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("after " + limit + " only " + stable.get() + " of " + connections.size()
                        + " members are stable");
            }
            pause();
        }
    }

    /** Throws what went wrong with a member so far, if anything did. */
    public void check() {
        Throwable found = failure.get();
        if (found != null) {
            throw new IllegalStateException("a member failed", found);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(this::readable, millisToNextTick());
                tick();
            }
        } catch (IOException | RuntimeException e) {
            failure.set(e);
        }
    }

    private long millisToNextTick() {
        Connection next = byNextTick.element();
        return Math.max(1, (next.nextTick - System.nanoTime()) / 1_000_000);
    }

    private void tick() throws IOException {
        long now = System.nanoTime();
        while (byNextTick.element().nextTick <= now) {
            Connection connection = byNextTick.remove();
            connection.nextTick = connection.afterNext;
            connection.afterNext += heartbeat.toNanos();
            byNextTick.add(connection);
            send(connection, connection.member.tick());
        }
    }

    private void readable(SelectionKey key) {
        try {
            read((Connection) key.attachment());
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(((Connection) key.attachment()).member), e);
        }
    }

    private void read(Connection connection) throws IOException {
        if (connection.channel.read(connection.received) < 0) {
            throw new EOFException("the broker closed the connection of " + connection.member);
        }
        ByteBuffer received = connection.received;
        int length = received.position() < 4 ? 0 : received.getInt(0);
        if (length > LARGEST_ANSWER) {
            throw new IOException("an answer of " + length + " bytes");
        }
        if (received.position() < 4 + length || received.position() < 4) {
            if (received.capacity() < 4 + length) {
                connection.received = ByteBuffer.allocate(4 + length).put(received.flip());
            }
            return;
        }
        received.flip().position(8);
        boolean before = connection.member.isStable();
        ByteBuffer next = connection.member.answered(received);
        if (connection.member.isStable() != before) {
            stable.addAndGet(before ? -1 : 1);
        } else if (before) {
            heartbeats.incrementAndGet();
        }
        received.clear();
        send(connection, next);
    }

    private static void send(Connection connection, @Nullable ByteBuffer request) throws IOException {
        while (request != null && request.hasRemaining()) {
            connection.channel.write(request);
        }
    }

    /** All leave their groups and hang up. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
            selector.close();
            for (Connection connection : connections) {
                connection.channel.configureBlocking(true);
                send(connection, connection.member.leave());
            }
            for (Connection connection : connections) {
                connection.channel.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hang up", e);
        }
    }
}
