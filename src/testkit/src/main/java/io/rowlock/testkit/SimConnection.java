package io.rowlock.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerUnreachableException;
import io.rowlock.net.WaitingRequest;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.MalformedMessageException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Both ends of one simulated connection, and what is under way between them. */
final class SimConnection implements PeerConnection {
    private static final int WAITING_MAX = 64;
    /** Stands in the stream where it ends. */
    private static final byte[] END = new byte[0];

    private final SimNetwork network;
    private final String from;
    private final SimProcess asking;
    private final String to;
    private final int port;
    private final SimProcess serving;
    private final SimServer server;
    private final String clientId;
    private final ArrayDeque<byte[]> requests = new ArrayDeque<>();
    private final ArrayDeque<byte[]> answers = new ArrayDeque<>();
    private final ArrayDeque<WaitingRequest> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private SimServer.@Nullable Session session;
    private int nextCorrelationId;
    private boolean askingOver;
    private boolean servingOver;
    private @Nullable String lostEnd;

    SimConnection(
            SimNetwork network,
            String from,
            SimProcess asking,
            String to,
            int port,
            SimProcess serving,
            SimServer server,
            String clientId) {
        this.network = network;
        this.from = from;
        this.asking = asking;
        this.to = to;
        this.port = port;
        this.serving = serving;
        this.server = server;
        this.clientId = clientId;
    }

    boolean joins(String one, String other) {
        return (from.equals(one) && to.equals(other)) || (from.equals(other) && to.equals(one));
    }

    boolean belongsTo(SimProcess process) {
        return asking == process || serving == process;
    }

    /** A machine went down that has one of the ends. Returns whether nobody is left who knows of this connection. */
    boolean loseEnd(String machine) {
        if (!from.equals(machine) && !to.equals(machine)) {
            return false;
        }
        boolean last = lostEnd != null && !lostEnd.equals(machine);
        lostEnd = machine;
        return last;
    }

    boolean lacksEnd(String machine) {
        return machine.equals(lostEnd);
    }

    void accept() {
        serving.enter(() -> session = server.connected(new SimServer.Peer() {
            @Override
            public void send(byte[] frame) {
                answer(frame);
            }

            @Override
            public void close() {
                closeByServer();
            }
        }));
    }

    @Override
    public CompletionStage<ApiMessage> send(ApiKey api, short version, ApiMessage request, Duration limit) {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        if (askingOver) {
            asking.execute(() -> answer.completeExceptionally(gone("is closed")));
            return answer;
        }
        if (waiting.size() >= WAITING_MAX) {
            asking.execute(() -> answer.completeExceptionally(
                    new RejectedExecutionException(to + " has " + WAITING_MAX + " requests to answer")));
            return answer;
        }
        WaitingRequest sent = new WaitingRequest(api, version, request, nextCorrelationId++, clientId, answer);
        byte[] frame = SimFrames.payload(sent.encode(UnpooledByteBufAllocator.DEFAULT));
        waiting.add(sent);
        sent.limitedBy(asking.schedule(limit, () -> end("was not answered within " + limit.toMillis() + " ms")));
        request(frame);
        return answer;
    }

    private void request(byte[] frame) {
        requests.add(frame);
        network.send(from, to, () -> serving.enter(this::requestArrived));
    }

    /** Whatever the network did to their order, the first sent is the first to come out. */
    @SuppressWarnings("ReferenceEquality") // the very mark, not a frame without bytes
    private void requestArrived() {
        byte[] frame = requests.poll();
        SimServer.Session receiver = session;
        if (frame == null || receiver == null || servingOver) {
            return;
        }
        if (frame == END) {
            servingGone();
        } else {
            network.carried();
            receiver.received(frame);
        }
    }

    private void answer(byte[] frame) {
        if (!servingOver) {
            answers.add(frame);
            network.send(to, from, () -> asking.enter(this::answerArrived));
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void answerArrived() {
        byte[] frame = answers.poll();
        if (frame == null || askingOver) {
            return;
        }
        if (frame == END) {
            askingGone("was closed by the server");
            return;
        }
        network.carried();
        ByteBuf bytes = Unpooled.wrappedBuffer(frame);
        try {
            WaitingRequest first = waiting.peek();
            if (first == null) {
                throw new MalformedMessageException("an answer that nobody asked for");
            }
            ApiMessage answer = first.read(bytes);
            waiting.poll();
            first.succeed(answer);
        } catch (MalformedMessageException e) {
            end("brought " + e.getMessage());
        } finally {
            bytes.release();
        }
    }

    @Override
    public CompletionStage<Void> closed() {
        return closed.minimalCompletionStage();
    }

    @Override
    public void close() {
        end("is closed");
    }

    private void closeByServer() {
        if (!servingOver) {
            answer(END);
            servingGone();
        }
    }

    private void end(String why) {
        if (!askingOver) {
            request(END);
            askingGone(why);
        }
    }

    /** Both ends hear, as soon as the network lets them, that there is no connection any more. */
    void reset() {
        network.forget(this);
        network.send(to, from, () -> asking.enter(() -> askingGone("was reset")));
        network.send(from, to, () -> serving.enter(this::servingGone));
    }

    private void askingGone(String why) {
        if (askingOver) {
            return;
        }
        askingOver = true;
        forgetIfOver();
        for (WaitingRequest each = waiting.poll(); each != null; each = waiting.poll()) {
            each.fail(gone(why));
        }
        closed.complete(null);
    }

    private void servingGone() {
        if (servingOver) {
            return;
        }
        servingOver = true;
        forgetIfOver();
        if (session != null) {
            session.closed();
        }
    }

    private void forgetIfOver() {
        if (askingOver && servingOver) {
            network.forget(this);
        }
    }

    private PeerUnreachableException gone(String why) {
        return new PeerUnreachableException("the connection to " + to + ":" + port + " " + why, false, null);
    }
}
