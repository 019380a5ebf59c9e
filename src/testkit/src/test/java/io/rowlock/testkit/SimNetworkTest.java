package io.rowlock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerUnreachableException;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final short V18 = 18;

    private final SimScheduler scheduler = new SimScheduler(new SimClock());
    private final SimNetwork network = new SimNetwork(scheduler, new SimRandom(1), Duration.ofMillis(5));
    private final SimProcess asking = new SimProcess(scheduler);
    private final SimProcess serving = new SimProcess(scheduler);
    private final List<String> heard = new ArrayList<>();
    private boolean answers = true;

    /** Answers each fetch with its session id. */
    private final SimServer server = peer -> new SimServer.Session() {
        @Override
        public void received(byte[] frame) {
            ByteBuf request = Unpooled.wrappedBuffer(frame);
            int correlationId = Headers.correlationId(request);
            Headers.readRequestHeader(request, ApiKey.FETCH);
            int session = ((FetchRequest) ApiKey.FETCH.readRequest(request, V18)).sessionId();
            heard.add("request " + session);
            if (answers) {
                MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
                out.writeInt(0);
                Headers.writeResponseHeader(out, ApiKey.FETCH, V18, correlationId);
                new FetchResponse().setSessionId(session).write(out, V18);
                peer.send(SimFrames.payload(out));
            }
        }

        @Override
        public void closed() {
            heard.add("closed");
        }
    };

    private CompletionStage<PeerConnection> connecting(Duration limit) {
        return network.of("a", asking, "test").connect("b", 9093, limit);
    }

    private PeerConnection connect() {
        network.listen("b", 9093, serving, server);
        CompletionStage<PeerConnection> connecting = connecting(LIMIT);
        pass(1000);
        return connecting.toCompletableFuture().join();
    }

    private static CompletionStage<ApiMessage> fetch(PeerConnection connection, int session) {
        return connection.send(ApiKey.FETCH, V18, new FetchRequest().setSessionId(session), LIMIT);
    }

    private void pass(int millis) {
        scheduler.advance(Duration.ofMillis(millis));
    }

    private static int session(CompletionStage<ApiMessage> answered) {
        return ((FetchResponse) answered.toCompletableFuture().join()).sessionId();
    }

    private static PeerUnreachableException failure(CompletionStage<?> stage) {
        try {
            throw new AssertionError(
                    "no failure but " + stage.toCompletableFuture().getNow(null));
        } catch (CompletionException e) {
            return (PeerUnreachableException) Objects.requireNonNull(e.getCause());
        }
    }

    private static boolean open(CompletionStage<?> stage) {
        return !stage.toCompletableFuture().isDone();
    }

    @Test
    void answersComeInOrderAndTakeTime() {
        PeerConnection connection = connect();
        List<CompletionStage<ApiMessage>> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(fetch(connection, i));
        }
        assertThat(sent).allMatch(SimNetworkTest::open);
        pass(20);
        for (int i = 0; i < 20; i++) {
            assertThat(session(sent.get(i))).isEqualTo(i);
            assertThat(heard.get(i)).isEqualTo("request " + i);
        }
    }

    @Test
    void deadProcessesRefuseAndSilentMachinesDoNot() {
        CompletionStage<PeerConnection> nobody = connecting(LIMIT);
        pass(20);
        assertThat(failure(nobody).refused()).isTrue();

        PeerConnection connection = connect();
        CompletionStage<ApiMessage> sent = fetch(connection, 1);
        serving.kill();
        network.processDied(serving);
        pass(20);
        assertThat(failure(sent).refused()).isFalse();
        assertThat(open(connection.closed())).isFalse();
        CompletionStage<PeerConnection> dead = connecting(LIMIT);
        pass(20);
        assertThat(failure(dead).refused()).isTrue();

        network.powerOff("b");
        CompletionStage<PeerConnection> silent = connecting(LIMIT);
        pass(9_000);
        assertThat(open(silent)).isTrue();
        pass(2_000);
        assertThat(failure(silent).refused()).isFalse();
    }

    @Test
    void aMachineThatCameBackKnowsOfNoConnection() {
        PeerConnection connection = connect();
        network.powerOff("b");
        serving.kill();
        CompletionStage<ApiMessage> sent = fetch(connection, 1);
        pass(5_000);
        assertThat(open(sent)).isTrue();
        network.powerOn("b");
        pass(20);
        assertThat(failure(sent).refused()).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void aPausedProcessTakesConnectionsAndAnswersWhenItGoesOn() {
        PeerConnection connection = connect();
        serving.pause();
        CompletionStage<ApiMessage> sent = fetch(connection, 1);
        CompletionStage<PeerConnection> second = connecting(LIMIT);
        pass(5_000);
        assertThat(open(second)).isFalse();
        assertThat(open(sent)).isTrue();
        serving.resume();
        pass(20);
        assertThat(session(sent)).isEqualTo(1);
    }

    @Test
    void whatIsSentIntoACutLinkArrivesWhenItIsHealed() {
        PeerConnection connection = connect();
        network.cut("a", "b");
        CompletionStage<ApiMessage> first = fetch(connection, 1);
        CompletionStage<ApiMessage> second = fetch(connection, 2);
        pass(5_000);
        assertThat(heard).isEmpty();
        network.heal("a", "b");
        pass(20);
        assertThat(session(first)).isEqualTo(1);
        assertThat(session(second)).isEqualTo(2);

        network.cut("b", "a");
        CompletionStage<ApiMessage> third = fetch(connection, 3);
        pass(11_000);
        assertThat(heard).containsExactly("request 1", "request 2", "request 3", "closed");
        assertThat(failure(third)).hasMessageContaining("was not answered");
        assertThat(network.isWhole()).isFalse();
        network.healAll();
        assertThat(network.isWhole()).isTrue();
        pass(20);
    }

    @Test
    void aBrokenConnectionLeavesItsRequestsUnanswered() {
        answers = false;
        PeerConnection connection = connect();
        CompletionStage<ApiMessage> sent = fetch(connection, 1);
        pass(20);
        assertThat(network.breakOne("b", "a")).isTrue();
        pass(20);
        assertThat(failure(sent).refused()).isFalse();
        assertThat(heard).containsExactly("request 1", "closed");
        assertThat(network.breakOne("b", "a")).isFalse();
    }

    @Test
    void theAnswerThatComesTooLateFindsTheConnectionClosed() {
        PeerConnection connection = connect();
        serving.pause();
        CompletionStage<ApiMessage> sent = fetch(connection, 1);
        pass(10_500);
        failure(sent);
        serving.resume();
        pass(20);
        assertThat(heard).containsExactly("request 1", "closed");
    }

    @Test
    void whatADeadProcessHadInMindDoesNotHappen() {
        List<String> ran = new ArrayList<>();
        asking.schedule(Duration.ofMillis(1), () -> ran.add("before"));
        asking.schedule(Duration.ofMillis(3), () -> ran.add("after"));
        asking.schedule(Duration.ofMillis(1), () -> ran.add("cancelled")).cancel();
        pass(2);
        asking.pause();
        pass(5);
        assertThat(ran).containsExactly("before");
        asking.schedule(Duration.ofMillis(1), () -> ran.add("later"));
        pass(5);
        asking.resume();
        assertThat(ran).containsExactly("before", "after", "later");
        asking.schedule(Duration.ofMillis(1), () -> ran.add("never"));
        asking.kill();
        pass(5);
        assertThat(ran).hasSize(3);
    }
}
