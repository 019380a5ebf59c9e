package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.RowlockProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Very many connections, connections that come and go, and clients that are slow or vanish, against a node with a heap of 512
 * MiB. Another client is served on its connections all the time; memory stays within what the node's bounds say, and is
 * there again afterwards. What was measured is printed.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileClientsTest {
    private static final int METADATA = 3;
    private static final int FETCH = 1;
    private static final int OFFSET_FOR_LEADER_EPOCH = 23;
    private static final int API_VERSIONS = 18;
    private static final int IDLE = Integer.getInteger("rowlock.systemtest.idle-connections", 10_000);
    private static final int PER_ADDRESS = 2_000;

    /** What an idle connection may take of the heap: objects of Netty, Vert.x and the broker, and no buffer. */
    private static final long IDLE_HEAP_BYTES_MAX = 8 * 1024;
    /** What one that has sent a part of a request may take besides, mostly outside of the heap: a small buffer. */
    private static final long BEGUN_BYTES_MAX = 4 * 1024;
    /** Memory that the JVM and its allocators take and keep, whatever it was for. */
    private static final long SLACK_KIB = 128 * 1024;

    private static final RowlockProcess SERVER =
            RowlockProcess.in(Target.freshHome("hostile-clients"), List.of("-Xmx512m"), Map.of());

    private SteadyTraffic traffic;

    @BeforeAll
    static void startNode() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        SERVER.start();
    }

    @AfterAll
    static void stopNode() {
        SERVER.close();
    }

    @BeforeEach
    void beginTraffic() {
        traffic = new SteadyTraffic(SERVER);
    }

    @AfterEach
    void nobodyNoticed() throws InterruptedException {
        traffic.close();
        assertThat(SERVER.isAlive()).isTrue();
        assertThat(SERVER.standardOutput() + SERVER.standardError())
                .doesNotContain("OutOfMemoryError", "LEAK:", "after a failure", "Unhandled exception");
    }

    private static SocketChannel connect(int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        // One address has ports for less than 30,000 connections, some of which others use.
        byte[] source = {127, 0, 0, (byte) (2 + number / PER_ADDRESS)};
        channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), SERVER.clientPort()));
        return channel;
    }

    private static void send(SocketChannel channel, byte... bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] apiVersions(int correlationId) {
        return frame(RawConnection.request(API_VERSIONS, 0, correlationId, data -> {}));
    }

    private void report(String what) {
        System.out.println(what + "; " + traffic.requireServed());
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).as(what).isLessThan(1_000);
            Thread.sleep(20);
        }
    }

    @Test
    void tenThousandConnectionsThatDoNothingCostLittle() throws Exception {
        long filesBefore = NodeMemory.openFiles(SERVER);
        NodeMemory before = NodeMemory.of(SERVER);
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE; i++) {
                idle.add(connect(i));
            }
            await("all accepted", () -> NodeMemory.openFiles(SERVER) >= filesBefore + IDLE);
            NodeMemory open = NodeMemory.of(SERVER);
            long perIdle = (open.heapKib() - before.heapKib()) * 1024 / IDLE;
            report(IDLE + " idle connections: " + perIdle + " bytes of heap each, "
                    + (open.residentKib() - before.residentKib()) + " KiB more resident");
            assertThat(perIdle).as("bytes of heap of an idle connection").isLessThan(IDLE_HEAP_BYTES_MAX);

            for (SocketChannel each : idle) {
                // The beginning of a request as long as one may be.
                send(each, (byte) 6, (byte) 0x40, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
            }
            NodeMemory begun = NodeMemory.of(SERVER);
            report(IDLE + " begun requests: " + (begun.residentKib() - open.residentKib()) + " KiB more resident");
            assertThat(begun.residentKib() - before.residentKib())
                    .as("growth in KiB")
                    .isLessThan(SLACK_KIB + IDLE * (IDLE_HEAP_BYTES_MAX + BEGUN_BYTES_MAX) / 1024);
        } finally {
            for (int i = 0; i < idle.size(); i++) {
                if (i % 2 == 0) {
                    idle.get(i).setOption(StandardSocketOptions.SO_LINGER, 0);
                }
                idle.get(i).close();
            }
        }
        await("all forgotten", () -> NodeMemory.openFiles(SERVER) <= filesBefore + 10);
        NodeMemory after = NodeMemory.of(SERVER);
        report("after them: " + (after.heapKib() - before.heapKib()) + " KiB more heap");
        assertThat(after.heapKib() - before.heapKib()).as("KiB of heap kept").isLessThan(16 * 1024);
    }

    @Test
    void connectionsThatComeAndGoLeaveNothingBehind() throws Exception {
        Random random = new Random(1);
        long filesBefore = NodeMemory.openFiles(SERVER);
        NodeMemory before = NodeMemory.of(SERVER);
        for (int i = 0; i < 4_000; i++) {
            try (SocketChannel channel = connect(i)) {
                byte[] noise = new byte[random.nextInt(64)];
                random.nextBytes(noise);
                switch (i % 4) {
                    case 0 -> send(channel, noise);
                    case 1 -> send(channel, apiVersions(i));
                    case 2 -> send(channel, (byte) 0, (byte) 0);
                    default -> channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
            }
        }
        await("all forgotten", () -> NodeMemory.openFiles(SERVER) <= filesBefore + 10);
        NodeMemory after = NodeMemory.of(SERVER);
        report("4000 connections one after the other: " + (after.heapKib() - before.heapKib()) + " KiB more heap");
        assertThat(after.heapKib() - before.heapKib()).isLessThan(16 * 1024);
    }

    /** Before the others, because lines that clients provoke are bounded. */
    @Order(1)
    @Test
    void otherProtocolsAreNamedInTheLog() throws Exception {
        try (SocketChannel http = connect(0);
                SocketChannel tls = connect(1)) {
            send(http, "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            send(tls, new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
            assertThat(http.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(tls.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(SERVER.standardOutput() + SERVER.standardError())
                .contains("it looks like HTTP", "it looks like TLS");
    }

    @Test
    void thousandsOfRequestsAtOnceAreAnsweredInOrder() throws Exception {
        int requests = 20_000;
        try (SocketChannel channel = connect(0)) {
            Thread writer = new Thread(() -> {
                try {
                    ByteBuffer all = ByteBuffer.allocate(requests * apiVersions(0).length);
                    for (int i = 0; i < requests; i++) {
                        all.put(apiVersions(i));
                    }
                    send(channel, all.array());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();
            DataInputStream in = new DataInputStream(
                    new java.io.BufferedInputStream(java.nio.channels.Channels.newInputStream(channel), 1 << 16));
            for (int i = 0; i < requests; i++) {
                int length = in.readInt();
                assertThat(in.readInt()).isEqualTo(i);
                in.skipNBytes(length - 4);
            }
            writer.join();
        }
        report(requests + " requests without waiting");
    }

    /** They ask for all of a topic again and again, and take none of it, or a little at a time. */
    @Test
    void slowReadersHoldNoMemory() throws Exception {
        String topic = filledTopic(16);
        NodeMemory before = NodeMemory.of(SERVER);
        List<SocketChannel> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                SocketChannel reader = SocketChannel.open();
                readers.add(reader);
                reader.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
                reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), SERVER.clientPort()));
                reader.configureBlocking(false);
            }
            byte[] ask = fetchAll(topic);
            ByteBuffer some = ByteBuffer.allocate(4_096);
            for (int round = 0; round < 200; round++) {
                for (SocketChannel reader : readers) {
                    reader.write(ByteBuffer.wrap(ask));
                }
                for (SocketChannel reader : readers.subList(0, 50)) {
                    some.clear();
                    reader.read(some);
                }
            }
            NodeMemory during = NodeMemory.of(SERVER);
            report("100 clients that take less than they ask for: " + (during.heapKib() - before.heapKib())
                    + " KiB more heap, " + (during.residentKib() - before.residentKib()) + " KiB more resident");
            // Each may hold a receive buffer with requests, and answers of which the records stay in files.
            assertThat(during.residentKib() - before.residentKib()).isLessThan(SLACK_KIB + 100 * 1_024);
        } finally {
            for (SocketChannel reader : readers) {
                reader.close();
            }
        }
    }

    private String filledTopic(int mebibytes) {
        String topic = Clients.topic(SERVER, "slow", 1, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(SERVER, Map.of("linger.ms", 5))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < mebibytes * 16; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, new byte[64 * 1024])));
            }
            sent.forEach(Clients::done);
        }
        return topic;
    }

    private static byte[] fetchAll(String topic) {
        return frame(RawConnection.request(FETCH, 4, 1, data -> {
            data.writeInt(-1);
            data.writeInt(100);
            data.writeInt(1);
            data.writeInt(50 << 20);
            data.writeByte(0);
            data.writeInt(1);
            RawConnection.string(data, topic);
            data.writeInt(1);
            data.writeInt(0);
            data.writeLong(0);
            data.writeInt(50 << 20);
        }));
    }

    /** Each is of as many elements as one request may have, and they come together. */
    @Test
    void theDearestRequestsAllAtOnceFitIntoTheHeap() throws Exception {
        int topics = 250_000;
        byte[] request = frame(RawConnection.request(OFFSET_FOR_LEADER_EPOCH, 2, 7, data -> {
            data.writeInt(topics);
            data.write(new byte[topics * 6]);
        }));
        List<Thread> clients = new ArrayList<>();
        AtomicInteger answered = new AtomicInteger();
        for (int i = 0; i < 16; i++) {
            int number = i;
            Thread client = new Thread(() -> {
                try (SocketChannel channel = connect(number)) {
                    send(channel, request);
                    DataInputStream in = new DataInputStream(java.nio.channels.Channels.newInputStream(channel));
                    in.skipNBytes(in.readInt());
                    answered.incrementAndGet();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(answered).hasValue(clients.size());
        try (SocketChannel oneMore = connect(0)) {
            send(oneMore, frame(RawConnection.request(OFFSET_FOR_LEADER_EPOCH, 2, 7, data -> {
                data.writeInt(topics + 1);
                data.write(new byte[(topics + 1) * 6]);
            })));
            assertThat(oneMore.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        report(clients.size() + " requests of " + topics + " topics at once");
    }

    /** A byte at a time, all the while the others are served; then half of the clients vanish. */
    @Test
    void requestsThatDripInAreAnsweredAndHoldNobodyUp() throws Exception {
        List<SocketChannel> dripping = new ArrayList<>();
        byte[] request = frame(RawConnection.request(METADATA, 1, 7, data -> data.writeInt(0)));
        for (int i = 0; i < 200; i++) {
            dripping.add(connect(i));
        }
        for (int at = 0; at < request.length; at++) {
            for (int i = 0; i < dripping.size(); i++) {
                boolean vanishes = i % 2 == 0 && at == request.length / 2;
                if (vanishes) {
                    dripping.get(i).setOption(StandardSocketOptions.SO_LINGER, 0);
                    dripping.get(i).close();
                } else if (dripping.get(i).isOpen()) {
                    send(dripping.get(i), request[at]);
                }
            }
        }
        for (int i = 1; i < dripping.size(); i += 2) {
            ByteBuffer start = ByteBuffer.allocate(8);
            while (start.hasRemaining() && dripping.get(i).read(start) >= 0) {
                // Read on.
            }
            assertThat(start.getInt(4)).isEqualTo(7);
            dripping.get(i).close();
        }
        report("200 dripping requests");
    }
}
