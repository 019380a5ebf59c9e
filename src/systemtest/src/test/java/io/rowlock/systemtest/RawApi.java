package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** Requests as they are, in any version, one after the other on one connection; no client adds to them or retries. */
final class RawApi implements AutoCloseable {
    private static final String CLIENT = "raw";

    private final RawConnection connection;
    private int correlationId;

    RawApi(ServerProcess server) {
        connection = new RawConnection(server);
    }

    /** The answer, or null where the broker closed the connection instead. */
    @Nullable
    AbstractResponse tryAsk(AbstractRequest request) {
        RequestHeader header = send(request);
        ByteBuffer answer = connection.receive();
        return answer == null ? null : AbstractResponse.parseResponse(answer, header);
    }

    AbstractResponse ask(AbstractRequest request) {
        return Objects.requireNonNull(tryAsk(request), "the connection was closed");
    }

    /** Sends without waiting for an answer. */
    RequestHeader send(AbstractRequest request) {
        ApiKeys api = request.apiKey();
        RequestHeader header = new RequestHeader(api, request.version(), CLIENT, correlationId++);
        ByteBuffer bytes = request.serializeWithHeader(header);
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        connection.sendFrame(body);
        return header;
    }

    @Override
    public void close() {
        connection.close();
    }
}
