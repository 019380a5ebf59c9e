package io.rowlock.broker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.rowlock.protocol.ApiKey;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What one request of each API makes a broker allocate and send, if all of it is small elements: in proportion to its own
 * length, whatever it asks for.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestCostTest {
    private static final int REQUEST_BYTES = 1 << 20;
    /** Up to 125 were seen, where each element goes to an owner and back; else up to 50. Most of it is garbage at once. */
    private static final int HEAP_PER_BYTE_MAX = 160;

    /** Up to 12 were seen, for a resource that is refused in a sentence. */
    private static final int ANSWER_PER_BYTE_MAX = 16;
    /** What a first use of a class costs, and answers that tell of everything there is. */
    private static final int ALWAYS = 16 << 20;

    private static final int[] INNER_ELEMENTS = {0, 1, 50};
    private static final int PATIENCE_MS = 30_000;
    private static final int TRIES = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private FuzzedBroker broker;

    @BeforeAll
    void start() throws IOException {
        broker = new FuzzedBroker(1);
    }

    @AfterAll
    void stop() throws IOException {
        broker.close();
    }

    @Test
    void whatARequestCostsIsInProportionToItsLength() throws IOException {
        int requests = 0;
        for (Map.Entry<ApiKey, short[]> each : new TreeMap<>(broker.versions()).entrySet()) {
            ApiKey api = each.getKey();
            short[] served = each.getValue();
            short lowest = ApiKeys.forId(api.id()).messageType.lowestSupportedVersion();
            for (short version : new TreeSet<>(List.of((short) Math.max(served[0], lowest), served[1]))) {
                for (int inner : INNER_ELEMENTS) {
                    byte[] request = CrowdedRequests.request(api.id(), version, inner, REQUEST_BYTES);
                    if (request != null) {
                        requireInProportion(api + " version " + version + ", " + inner, request);
                        requests++;
                    }
                }
            }
        }
        assertThat(requests).isGreaterThan(100);
        broker.requireSound();
    }

    /** Other threads allocate too, now and then: what a request costs, it costs each time. */
    private void requireInProportion(String what, byte[] request) throws IOException {
        long allowed = (long) HEAP_PER_BYTE_MAX * request.length + ALWAYS;
        long cost = cost(what, request);
        for (int again = 1; again < TRIES && cost >= allowed; again++) {
            cost = Math.min(cost, cost(what, request));
        }
        assertThat(cost).as("%s: allocated for %d bytes", what, request.length).isLessThan(allowed);
    }

    private long cost(String what, byte[] request) throws IOException {
        long before = allocated();
        int answer = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + request.length)
                            .putInt(request.length)
                            .put(request)
                            .array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            answer = in.readInt();
            in.skipNBytes(answer);
        } catch (EOFException | java.net.SocketException refused) {
            // Closing the connection is cheap.
        }
        assertThat(answer)
                .as("%s: bytes of the answer to %d", what, request.length)
                .isLessThan(ANSWER_PER_BYTE_MAX * request.length);
        return allocated() - before;
    }

    /** By all threads but this one. */
    private static long allocated() {
        long all = 0;
        long own = Thread.currentThread().getId();
        for (long id : THREADS.getAllThreadIds()) {
            all += id == own ? 0 : Math.max(0, THREADS.getThreadAllocatedBytes(id));
        }
        return all;
    }
}
