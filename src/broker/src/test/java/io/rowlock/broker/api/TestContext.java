package io.rowlock.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.MessageWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection without a network: its event loop is whoever calls. */
public record TestContext(short apiVersion, String listener, Scheduler scheduler) implements RequestContext {

    /** Hands a request over; the list fills when the answer comes. */
    public <Q extends ApiMessage, R extends ApiMessage> List<R> start(ApiHandler<Q, R> handler, Q request) {
        List<R> answers = new ArrayList<>();
        handler.handle(this, request, answer -> {
            assertThat(answers).as("only one answer").isEmpty();
            assertCanBeWritten(answer);
            answers.add(answer);
        });
        return answers;
    }

    /** The answer of a handler that does not have to wait. */
    public <Q extends ApiMessage, R extends ApiMessage> R answer(ApiHandler<Q, R> handler, Q request) {
        List<R> answers = start(handler, request);
        assertThat(answers).as("answered at once").hasSize(1);
        return answers.get(0);
    }

    private void assertCanBeWritten(ApiMessage answer) {
        MessageWriter writer = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        answer.write(writer, apiVersion);
        writer.release();
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public @Nullable String clientId() {
        return "test";
    }

    @Override
    public @Nullable InetSocketAddress clientAddress() {
        return null;
    }

    @Override
    public <T> T attachment(Class<T> type, Supplier<T> create) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onClose(Runnable action) {
        throw new UnsupportedOperationException();
    }
}
