package io.rowlock.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.ForwardingStore;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.InitProducerIdRequest;
import io.rowlock.protocol.message.InitProducerIdResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ProducerIdsTest {

    private final ManualTime time = new ManualTime();
    private final Store store = new Store(new InMemoryMetadataStore(time, new SystemRandom()));
    private final InitProducerIdHandler handler = new InitProducerIdHandler(new ProducerIds(store));
    private final TestContext context = new TestContext((short) 5, "client", time);

    /** Gives blocks when the test says so, or not at all. */
    private static final class Store extends ForwardingStore {
        private boolean away;
        private boolean held;
        private final List<Runnable> waiting = new ArrayList<>();
        private int questions;

        Store(MetadataStore store) {
            super(store);
        }

        @Override
        public synchronized CompletionStage<Long> allocateProducerIds(int count) {
            questions++;
            if (away) {
                return CompletableFuture.failedFuture(new MetadataUnavailableException("away", new Exception("away")));
            }
            if (held) {
                CompletableFuture<Long> later = new CompletableFuture<>();
                waiting.add(() -> store.allocateProducerIds(count).thenAccept(later::complete));
                return later;
            }
            return store.allocateProducerIds(count);
        }
    }

    private static InitProducerIdRequest idempotent() {
        return new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(1);
    }

    @Test
    void manyThreadsGetIdsOfTheirOwnAcrossBlocks() throws Exception {
        ProducerIds ids = new ProducerIds(store);
        Set<Long> given = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            work.add(threads.submit(() -> {
                for (int n = 0; n < 2_500; n++) {
                    given.add(ids.next().toCompletableFuture().join());
                }
            }));
        }
        for (Future<?> each : work) {
            each.get();
        }
        threads.shutdown();
        assertThat(given).hasSize(10_000);
        assertThat(store.questions).isEqualTo(10);
    }

    @Test
    void whoAsksWhileABlockIsFetchedWaitsForItAndTheStoreIsAskedOncePerBlock() {
        store.held = true;
        List<List<InitProducerIdResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 1001; i++) {
            answers.add(context.start(handler, idempotent()));
        }
        assertThat(store.questions).isEqualTo(1);
        store.waiting.remove(0).run();
        assertThat(answers.stream().filter(List::isEmpty)).hasSize(1);
        assertThat(store.questions).isEqualTo(2);
        store.waiting.remove(0).run();
        assertThat(answers.stream().map(answer -> answer.get(0).producerId()).distinct())
                .hasSize(1001);
    }

    @Test
    void anOutageIsToldAsARetriableErrorAndEndsByItself() {
        store.away = true;
        InitProducerIdResponse refused = context.answer(handler, idempotent());
        assertThat(refused.errorCode()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code());
        assertThat(refused.producerId()).isEqualTo(-1);
        context.answer(handler, idempotent());
        store.away = false;
        long first = context.answer(handler, idempotent()).producerId();
        store.away = true;
        assertThat(context.answer(handler, idempotent()).producerId()).isEqualTo(first + 1);
    }
}
