package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames that no honest client sends get the protocol's error or a closed connection. After every one of them a bystander, connected since before, is served
 * on the same connection, and the broker's memory is no larger than its limits allow.
 */
@ExtendWith(SharedBroker.class)
class MalformedFrameTest {
    private static final int METADATA = 3;
    private static final int API_VERSIONS = 18;
    private static final int UNSUPPORTED_VERSION = 35;
    private static final int MAX_REQUEST_BYTES = 104_857_600;

    /** The heap of the broker under test is 768 MiB; what else a JVM with a few threads needs fits into as much again. */
    private static final long RESIDENT_KIB_MAX = 1_536 * 1_024;

    private final ServerProcess server;
    private final Bystander bystander;

    MalformedFrameTest(ServerProcess server) {
        this.server = server;
        this.bystander = new Bystander(server);
    }

    @BeforeEach
    void bystanderIsServed() {
        bystander.connect();
    }

    @AfterEach
    void nobodyElseNoticed() throws IOException {
        bystander.assertServedOnTheSameConnections();
        bystander.close();
        assertThat(server.isAlive()).isTrue();
        assertThat(residentKib()).isLessThan(RESIDENT_KIB_MAX);
        assertThat(server.standardOutput() + server.standardError()).doesNotContain("OutOfMemoryError", "LEAK:");
    }

    private long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    static Stream<Arguments> bytesThatEndAConnection() {
        byte[] noise = new byte[300];
        new Random(7).nextBytes(noise);
        return Stream.of(
                Arguments.of("one byte more than socket.request.max.bytes", length(MAX_REQUEST_BYTES + 1)),
                Arguments.of("the longest length", length(Integer.MAX_VALUE)),
                Arguments.of("length -1", length(-1)),
                Arguments.of("the most negative length", length(Integer.MIN_VALUE)),
                Arguments.of("an empty frame", length(0)),
                Arguments.of("an HTTP request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII)),
                Arguments.of(
                        "a TLS hello",
                        new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03}),
                Arguments.of("a header that ends early", frame(new byte[] {0, 3, 0})),
                Arguments.of(
                        "a client id longer than the frame",
                        frame(new byte[] {0, 3, 0, 1, 0, 0, 0, 1, 0x7f, 0x7f, 'x'})),
                Arguments.of("an unknown api key", frame(RawConnection.request(9_999, 0, 1, data -> {}))),
                Arguments.of("a negative api key", frame(RawConnection.request(-1, 0, 1, data -> {}))),
                Arguments.of("an api of controllers", frame(RawConnection.request(52, 0, 1, data -> {}))),
                Arguments.of("an unknown version", frame(RawConnection.request(METADATA, 99, 1, data -> {}))),
                Arguments.of("a negative version", frame(RawConnection.request(METADATA, -1, 1, data -> {}))),
                Arguments.of(
                        "a body that ends early",
                        frame(RawConnection.request(METADATA, 1, 1, data -> data.writeShort(0)))),
                Arguments.of(
                        "an array of two billion",
                        frame(RawConnection.request(METADATA, 1, 1, data -> data.writeInt(Integer.MAX_VALUE)))),
                Arguments.of("a string of length -7", frame(RawConnection.request(METADATA, 1, 1, data -> {
                    data.writeInt(1);
                    data.writeShort(-7);
                }))),
                Arguments.of(
                        "noise in a flexible body",
                        frame(RawConnection.request(METADATA, 12, 1, data -> data.write(noise)))),
                Arguments.of(
                        "noise in a produce body", frame(RawConnection.request(0, 9, 1, data -> data.write(noise)))),
                Arguments.of(
                        "noise in a fetch body", frame(RawConnection.request(1, 12, 1, data -> data.write(noise)))),
                Arguments.of("a varint that never ends", frame(RawConnection.request(METADATA, 12, 1, data -> {
                    for (int i = 0; i < 40; i++) {
                        data.writeByte(0xff);
                    }
                }))));
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    private static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytesThatEndAConnection")
    void whatCannotBeUnderstoodEndsItsConnection(String name, byte[] bytes) {
        try (RawConnection connection = new RawConnection(server)) {
            connection.send(bytes);
            assertThat(connection.receive()).as(name).isNull();
        }
    }

    /** KIP-511: the answer is in version 0, whatever was asked, so that any client can read which versions there are. */
    @Test
    void anUnknownVersionOfApiVersionsIsAnsweredInVersionZero() {
        try (RawConnection connection = new RawConnection(server)) {
            connection.sendFrame(RawConnection.request(API_VERSIONS, 99, 77, data -> data.writeInt(0)));
            ByteBuffer answer = Objects.requireNonNull(connection.receive());
            assertThat(answer.getInt()).isEqualTo(77);
            assertThat(answer.getShort()).isEqualTo((short) UNSUPPORTED_VERSION);
            List<Integer> keys = new ArrayList<>();
            for (int left = answer.getInt(); left > 0; left--) {
                keys.add((int) answer.getShort());
                assertThat(answer.getShort()).isLessThanOrEqualTo(answer.getShort());
            }
            assertThat(keys).contains(API_VERSIONS);
            assertThat(answer.remaining()).isZero();
            assertThat(apiVersionsCorrelation(connection, 78)).isEqualTo(78);
        }
    }

    private static int apiVersionsCorrelation(RawConnection connection, int correlationId) {
        connection.sendFrame(RawConnection.request(API_VERSIONS, 0, correlationId, data -> {}));
        return Objects.requireNonNull(connection.receive()).getInt();
    }

    @Test
    void manyRequestsAtOnceAreAnsweredInTheirOrder() {
        try (RawConnection connection = new RawConnection(server)) {
            for (int i = 0; i < 200; i++) {
                int correlationId = i;
                connection.sendFrame(
                        i % 2 == 0
                                ? RawConnection.request(METADATA, 1, correlationId, data -> data.writeInt(-1))
                                : RawConnection.request(API_VERSIONS, 0, correlationId, data -> {}));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(Objects.requireNonNull(connection.receive()).getInt())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void aRequestThatDripsInByteByByteIsAnswered() throws InterruptedException {
        try (RawConnection connection = new RawConnection(server)) {
            for (byte one : frame(RawConnection.request(API_VERSIONS, 0, 5, data -> {}))) {
                connection.send(one);
                Thread.sleep(2);
            }
            assertThat(Objects.requireNonNull(connection.receive()).getInt()).isEqualTo(5);
        }
    }

    @Test
    void aFrameCutOffByItsSenderIsForgotten() {
        for (int sent : new int[] {1, 3, 4, 5, 50, 999}) {
            try (RawConnection connection = new RawConnection(server)) {
                connection.send(length(1_000)).send(new byte[sent]);
                connection.finishSending();
                assertThat(connection.receive()).isNull();
            }
        }
    }

    @Test
    void halfSentFramesHoldNobodyUp() {
        List<RawConnection> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                RawConnection connection = new RawConnection(server);
                idle.add(connection);
                connection.send(i % 2 == 0 ? new byte[] {0, 0, 0} : frame(new byte[40]));
            }
            bystander.assertServedOnTheSameConnections();
        } finally {
            idle.forEach(RawConnection::close);
        }
    }

    /** Apache Kafka sets the whole claimed length aside at once and would run out of memory here. */
    @Test
    void aClaimedLengthTakesNoMemoryBeforeTheBytesCome() throws IOException {
        assumeTrue(Target.current() == Target.ROWLOCK);
        List<RawConnection> claims = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                RawConnection connection = new RawConnection(server);
                claims.add(connection);
                connection.send(length(MAX_REQUEST_BYTES)).send(new byte[1_000]);
            }
            assertThat(claims.subList(0, 5)).allMatch(RawConnection::isOpenAndSilent);
            bystander.assertServedOnTheSameConnections();
            assertThat(residentKib()).isLessThan(RESIDENT_KIB_MAX);
        } finally {
            claims.forEach(RawConnection::close);
        }
    }

    /** A client that asks and never listens: the broker must stop reading from it, rather than keep its answers. */
    @Test
    void aClientThatNeverReadsIsNotReadFromForEver() throws IOException {
        byte[] request = frame(RawConnection.request(METADATA, 1, 1, data -> data.writeInt(-1)));
        ByteBuffer many = ByteBuffer.allocate(request.length * 2_000);
        while (many.hasRemaining()) {
            many.put(request);
        }
        long unread = 64L * 1024 * 1024;
        try (SocketChannel channel = SocketChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.clientPort()));
            channel.configureBlocking(false);
            long sent = 0;
            int stalls = 0;
            while (stalls < 100 && sent < unread) {
                many.clear();
                int written = channel.write(many);
                sent += written;
                stalls = written == 0 ? stalls + 1 : 0;
                if (written == 0) {
                    bystander.assertServedOnTheSameConnections();
                }
            }
            assertThat(sent)
                    .as("bytes of requests taken without an answer read")
                    .isLessThan(unread);
        }
    }
}
