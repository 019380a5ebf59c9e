package io.rowlock.broker.fuzz;

import io.rowlock.broker.fuzz.Outcome.Defect;
import io.rowlock.broker.fuzz.Outcome.Kind;
import io.rowlock.protocol.ApiKey;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One client that sends request after request, as its seed and what it has learned of the broker say. */
final class Campaign implements AutoCloseable {
    private static final int HISTORY = 64;

    private final FuzzedBroker broker;
    private final Corpus corpus;
    private final Random random;
    private final RequestGenerator generator;
    private final Mutator mutator;
    private final List<ApiKey> apis;
    private final Deque<byte[]> history = new ArrayDeque<>();
    private final Map<Kind, Integer> outcomes = new EnumMap<>(Kind.class);
    private Connection connection;
    private long slowestNanos;
    private String slowest = "";

    Campaign(FuzzedBroker broker, Corpus corpus, long seed) throws IOException {
        this.broker = broker;
        this.corpus = corpus;
        random = new Random(seed);
        generator = new RequestGenerator(random);
        mutator = new Mutator(random);
        apis = broker.versions().keySet().stream()
                .sorted(Comparator.naturalOrder())
                .toList();
        connection = new Connection(broker);
    }

    /** One more request. */
    void step() throws IOException {
        send(next());
    }

    void send(byte[] request) throws IOException {
        history.add(request);
        if (history.size() > HISTORY) {
            history.remove();
        }
        long start = System.nanoTime();
        Outcome outcome = connection.exchange(request);
        long took = System.nanoTime() - start;
        if (took > slowestNanos && outcome.kind() != Kind.WAITING) {
            slowestNanos = took;
            slowest = outcome.signal();
        }
        outcomes.merge(outcome.kind(), 1, Integer::sum);
        corpus.add(outcome, request);
        if (outcome.kind() == Kind.CLOSED || outcome.kind() == Kind.WAITING) {
            connection.close();
            connection = new Connection(broker);
        }
        broker.requireSound();
    }

    private byte[] next() {
        int choice = random.nextInt(20);
        if (choice < 7) {
            return fresh();
        }
        byte[] base = choice < 11 ? fresh() : corpus.any(random);
        return mutator.damaged(base, corpus.any(random));
    }

    private byte[] fresh() {
        ApiKey api = apis.get(random.nextInt(apis.size()));
        short[] served = broker.versions().get(api);
        if (served == null) {
            throw new Defect(api + " is served no more");
        }
        return generator.request(api.id(), (short) (served[0] + random.nextInt(served[1] - served[0] + 1)));
    }

    /** The last requests, up to the one under way. */
    List<byte[]> history() {
        return List.copyOf(history);
    }

    Map<Kind, Integer> outcomes() {
        return outcomes;
    }

    String slowest() {
        return slowestNanos / 1_000_000 + " ms: " + slowest;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
