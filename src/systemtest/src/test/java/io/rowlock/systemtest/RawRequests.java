package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Sends single requests and waits for the answer to each, without the clients' own ideas of what comes next. */
final class RawRequests implements AutoCloseable {
    private final RawConnection connection;
    private final String clientId;
    private int correlationId;

    RawRequests(ServerProcess server) {
        this(server, "raw-requests");
    }

    RawRequests(ServerProcess server, String clientId) {
        this.connection = new RawConnection(server);
        this.clientId = clientId;
    }

    /** The answer; a broker that hangs up instead is a failure. */
    <R extends AbstractResponse> R ask(ApiKeys api, AbstractRequest request, Class<R> type) {
        RequestHeader header = new RequestHeader(api, request.version(), clientId, correlationId++);
        ByteBuffer bytes = request.serializeWithHeader(header);
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        connection.sendFrame(body);
        ByteBuffer answer = Objects.requireNonNull(connection.receive(), "the broker hung up on " + api);
        return type.cast(AbstractResponse.parseResponse(answer, header));
    }

    @Override
    public void close() {
        connection.close();
    }
}
