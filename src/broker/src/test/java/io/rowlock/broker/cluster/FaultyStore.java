package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A real store behind a line that a test cuts, or holds so that answers come late. */
final class FaultyStore extends ForwardingStore {

    private final List<Runnable> held = new ArrayList<>();
    private boolean cut;
    private boolean holding;
    int questions;

    FaultyStore(MetadataStore store) {
        super(store);
    }

    void cut() {
        cut = true;
    }

    void heal() {
        cut = false;
    }

    /** From now on questions are asked at once, but their answers wait for {@link #letGo}. */
    void hold() {
        holding = true;
    }

    void letGo() {
        holding = false;
        List<Runnable> answers = List.copyOf(held);
        held.clear();
        answers.forEach(Runnable::run);
    }

    private <T> CompletionStage<T> through(Supplier<CompletionStage<T>> question) {
        questions++;
        if (cut) {
            return CompletableFuture.failedFuture(new MetadataUnavailableException("cut", new Exception("cut")));
        }
        CompletionStage<T> answer = question.get();
        if (!holding) {
            return answer;
        }
        CompletableFuture<T> later = new CompletableFuture<>();
        held.add(() -> later.complete(answer.toCompletableFuture().join()));
        return later;
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return through(() -> store.renewLease(nodeId, brokerEpoch, ttl));
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long version) {
        return through(() -> store.changesSince(version));
    }
}
