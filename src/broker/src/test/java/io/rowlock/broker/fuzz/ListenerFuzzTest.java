package io.rowlock.broker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.rowlock.broker.fuzz.Outcome.Defect;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that no honest client sends, on real connections to a whole broker. Whatever they are: the broker lives; each is
 * answered in its version or has its connection closed with one short line in the log; no exception gets past whoever
 * should have expected it; no buffer leaks; memory comes back; and another client, producing and consuming all the while,
 * notices nothing.
 *
 * <p>What is sent comes from Kafka's schemas, from damage to that, and from damage to what gave an answer or a refusal not
 * seen before: that is how the corpus grows. {@code -Drowlock.fuzz.time=PT1H} goes on for an hour, {@code
 * -Drowlock.fuzz.seed} in another way, {@code -Drowlock.fuzz.keep=<file>} writes the corpus that has grown, and {@code
 * -Drowlock.fuzz.input=<file>} sends what a failed run has written.
 */
class ListenerFuzzTest {
    private static final Duration TIME = Duration.parse(System.getProperty("rowlock.fuzz.time", "PT15S"));
    private static final long SEED = Long.getLong("rowlock.fuzz.seed", 1);
    private static final int CLIENTS = 2;
    private static final int STEPS_PER_TIDYING = 1_000;
    /** A broker's logs stay in memory here, so that a long run takes one after the other. */
    private static final int STEPS_PER_BROKER = 200_000;

    private static final long HEAP_GROWTH_MAX = 96L << 20;

    private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watchEveryBuffer() {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterEach
    void watchAsBefore() {
        ResourceLeakDetector.setLevel(before);
    }

    @Test
    void whateverIsSentHarmsNobody() throws Exception {
        Corpus corpus = seeded();
        long end = System.nanoTime() + TIME.toNanos();
        long seed = SEED;
        do {
            oneBroker(corpus, seed, end);
            seed += CLIENTS;
        } while (System.nanoTime() < end);
        String keep = System.getProperty("rowlock.fuzz.keep");
        if (keep != null) {
            try (OutputStream out = Files.newOutputStream(Path.of(keep))) {
                corpus.write(out);
            }
            Files.write(Path.of(keep + ".txt"), corpus.signals());
        }
    }

    private static void oneBroker(Corpus corpus, long seed, long end) throws Exception {
        try (FuzzedBroker broker = new FuzzedBroker(seed)) {
            long heapBefore = heap();
            try (Bystander bystander = new Bystander(broker.port())) {
                run(broker, bystander, corpus, seed, end);
            }
            broker.tidy();
            assertThat(heap() - heapBefore).as("growth of the heap").isLessThan(HEAP_GROWTH_MAX);
            broker.requireSound();
            requireGivenBack(broker);
        }
    }

    private static void run(FuzzedBroker broker, Bystander bystander, Corpus corpus, long seed, long end)
            throws Exception {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        List<String> reports = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < CLIENTS; i++) {
            long own = seed + i;
            boolean tidies = i == 0;
            Thread thread = new Thread(() -> client(broker, bystander, corpus, own, end, tidies, failure, reports));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        reports.forEach(System.out::println);
        System.out.println(corpus.size() + " kinds of outcome; the bystander's slowest of " + bystander.rounds()
                + " rounds took " + bystander.slowestMillis() + " ms");
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError(failed.getMessage(), failed);
        }
    }

    private static void client(
            FuzzedBroker broker,
            Bystander bystander,
            Corpus corpus,
            long seed,
            long end,
            boolean first,
            AtomicReference<@Nullable Throwable> failure,
            List<String> reports) {
        try (Campaign campaign = new Campaign(broker, corpus, seed)) {
            try {
                if (first) {
                    for (byte[] request : corpus.seeds()) {
                        campaign.send(request);
                    }
                }
                for (int i = 1; i < STEPS_PER_BROKER && failure.get() == null && System.nanoTime() < end; i++) {
                    campaign.step();
                    bystander.requireServed();
                    if (first && i % STEPS_PER_TIDYING == 0) {
                        broker.tidy();
                    }
                }
                reports.add("seed " + seed + ": " + campaign.outcomes() + ", slowest " + campaign.slowest());
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, new AssertionError(e.getMessage() + "; " + replay(campaign, seed), e));
            }
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }

    private static String replay(Campaign campaign, long seed) {
        Path file = Path.of("target", "fuzz", "seed-" + seed + ".gz").toAbsolutePath();
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            try (OutputStream out = Files.newOutputStream(file)) {
                Corpus.write(campaign.history(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "the last of these does it: mvn -pl src/broker -am verify -Dtest=ListenerFuzzTest#whatWasFound"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Drowlock.fuzz.input=" + file;
    }

    static Stream<Path> findings() throws IOException {
        String input = System.getProperty("rowlock.fuzz.input");
        if (input != null) {
            return Stream.of(Path.of(input));
        }
        try (Stream<Path> files = Files.list(Path.of("src", "test", "resources", "fuzz", "findings"))) {
            return files.sorted().toList().stream();
        }
    }

    /** Requests that broke a rule once; the names of their files say which. */
    @ParameterizedTest
    @MethodSource("findings")
    void whatWasFound(Path finding) throws Exception {
        try (FuzzedBroker broker = new FuzzedBroker(SEED)) {
            try (Bystander bystander = new Bystander(broker.port());
                    Campaign campaign = new Campaign(broker, new Corpus(), SEED)) {
                for (byte[] request : requests(finding)) {
                    campaign.send(request);
                }
                bystander.requireServed();
            }
            requireGivenBack(broker);
            heap();
            broker.requireSound();
        }
    }

    private static List<byte[]> requests(Path finding) throws IOException {
        Corpus corpus = new Corpus();
        try (InputStream in = Files.newInputStream(finding)) {
            corpus.read(in);
        }
        return corpus.seeds();
    }

    private static Corpus seeded() throws IOException {
        Corpus corpus = new Corpus();
        try (InputStream seeds = ListenerFuzzTest.class.getResourceAsStream("/fuzz/corpus.gz")) {
            if (seeds != null) {
                corpus.read(seeds);
            }
        }
        return corpus;
    }

    /** What the connections took is given back soon after they are gone. */
    private static void requireGivenBack(FuzzedBroker broker) throws InterruptedException {
        // The administrator's own connection is still there, at rest.
        for (int i = 0; broker.requestBytes() > 0; i++) {
            if (i == 1_000) {
                throw new Defect(broker.requestBytes() + " bytes of requests were never given back");
            }
            Thread.sleep(10);
        }
    }

    /** Used after a collection, which is also when leaked buffers are noticed. */
    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
