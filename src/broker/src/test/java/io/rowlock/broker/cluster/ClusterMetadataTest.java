package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static io.rowlock.broker.cluster.MetadataStoreContract.node;
import static io.rowlock.broker.cluster.MetadataStoreContract.topic;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ClusterMetadataTest {

    private static final Duration POLL = Duration.ofMillis(100);

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore cluster = new InMemoryMetadataStore(time, new FixedRandom());
    private final FaultyStore store = new FaultyStore(cluster);
    private final ClusterMetadata metadata = new ClusterMetadata(store, time, time, POLL);

    private long register() {
        return ((RegistrationResult.Registered) get(cluster.register(node(1, new UUID(1, 1))))).version();
    }

    private void create(String name) {
        get(cluster.createTopics(List.of(topic(name, List.of(List.of(1))))));
    }

    @Test
    void isEmptyBeforeTheFirstAnswerAndWholeAfterIt() {
        register();
        create("a");
        assertThat(metadata.image()).isSameAs(MetadataImage.EMPTY);
        metadata.start();
        assertThat(metadata.image().topic("a")).isNotNull();
        assertThat(metadata.image().node(1)).isNotNull();
    }

    @Test
    void followsEveryChangeInOrderAndTellsItsListeners() {
        List<String> heard = new ArrayList<>();
        metadata.addListener((previous, next, delta) -> {
            assertThat(metadata.image()).isSameAs(next);
            heard.add(previous.version() + "->" + next.version() + (delta.complete() ? " whole" : ""));
        });
        long first = register();
        metadata.start();
        create("a");
        create("b");
        assertThat(heard)
                .containsExactly(
                        "0->" + first + " whole", first + "->" + (first + 1), (first + 1) + "->" + (first + 2));
        time.advance(POLL.multipliedBy(5));
        assertThat(heard).hasSize(3);
    }

    @Test
    void pollsWhereNobodyHints() {
        metadata.start();
        int before = store.questions;
        time.advance(POLL.multipliedBy(10));
        assertThat(store.questions - before).isEqualTo(10);
    }

    @Test
    void asksOnceMoreWhenHintedDuringAQuestion() {
        register();
        metadata.start();
        store.hold();
        create("a"); // hinted: asked, and the answer held
        int asked = store.questions;
        create("b");
        create("c");
        assertThat(store.questions).isEqualTo(asked);
        assertThat(metadata.image().topic("a")).isNull();
        store.letGo();
        assertThat(metadata.image().topics()).hasSize(3);
        assertThat(store.questions).isEqualTo(asked + 1);
    }

    @Test
    void goesOnAfterAnOutageWithoutABusyLoop() {
        register();
        metadata.start();
        store.cut();
        int before = store.questions;
        time.advance(POLL.multipliedBy(50));
        assertThat(store.questions - before).isEqualTo(50);
        create("a");
        assertThat(metadata.image().topic("a")).isNull();
        store.heal();
        time.advance(POLL);
        assertThat(metadata.image().topic("a")).isNotNull();
    }

    /** Whoever creates a topic while it is being told waits, as it must, until the last listener has it. */
    @Test
    void aVersionIsAwaitedUntilAllListenersHaveHeardOfIt() {
        List<CompletableFuture<Void>> meanwhile = new ArrayList<>();
        metadata.addListener((previous, next, delta) -> {
            CompletableFuture<Void> awaited =
                    metadata.awaitVersion(next.version()).toCompletableFuture();
            assertThat(awaited).isNotDone();
            meanwhile.add(awaited);
        });
        register();
        metadata.start();
        create("a");
        assertThat(meanwhile)
                .hasSize(2)
                .allSatisfy(awaited -> assertThat(awaited).isCompleted());
    }

    @Test
    void awaitedVersionsCompleteWhenTheyAreThereAndNotBefore() {
        long version = register();
        CompletionStage<Void> first = metadata.awaitVersion(version);
        assertThat(first.toCompletableFuture()).isDone(); // asked at once
        store.hold();
        CompletionStage<Void> next = metadata.awaitVersion(version + 1);
        CompletionStage<Void> afterNext = metadata.awaitVersion(version + 2);
        store.letGo();
        assertThat(next.toCompletableFuture()).isNotDone();
        metadata.start();
        create("a");
        assertThat(next.toCompletableFuture()).isCompleted();
        assertThat(afterNext.toCompletableFuture()).isNotDone();
        create("b");
        assertThat(afterNext.toCompletableFuture()).isCompleted();
    }

    @Test
    void aListenerThatFailsHindersNeitherTheNextNorTheImage() {
        List<Long> heard = new ArrayList<>();
        metadata.addListener((previous, next, delta) -> {
            throw new IllegalStateException("as a test");
        });
        metadata.addListener((previous, next, delta) -> {
            throw new LinkageError("as a test");
        });
        metadata.addListener((previous, next, delta) -> heard.add(next.version()));
        long version = register();
        metadata.start();
        create("a");
        assertThat(heard).containsExactly(version, version + 1);
        assertThat(metadata.image().version()).isEqualTo(version + 1);
    }

    @Test
    void neverGoesBack() {
        register();
        create("a");
        metadata.start();
        MetadataImage image = metadata.image();
        ClusterMetadata follower = new ClusterMetadata(new Rewound(cluster, time), time, time, POLL);
        follower.start();
        assertThat(follower.image().version()).isEqualTo(image.version());
        time.advance(POLL.multipliedBy(3));
        assertThat(follower.image().topic("a")).isNotNull();
    }

    /** Shows the cluster first, and then one that is older, as a restored database would. */
    private static final class Rewound extends ForwardingStore {
        private final MetadataStore restored;
        private boolean asked;

        Rewound(MetadataStore store, ManualTime time) {
            super(store);
            this.restored = new InMemoryMetadataStore(time, new FixedRandom());
        }

        @Override
        public CompletionStage<MetadataDelta> changesSince(long version) {
            CompletionStage<MetadataDelta> answer = (asked ? restored : store).changesSince(version);
            asked = true;
            return answer;
        }
    }

    @Test
    void asksNothingAfterItWasClosed() {
        metadata.start();
        metadata.close();
        int before = store.questions;
        time.advance(POLL.multipliedBy(5));
        create("a");
        assertThat(store.questions).isEqualTo(before);
    }
}
