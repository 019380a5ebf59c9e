package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static io.rowlock.broker.cluster.MetadataStoreContract.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {

    private static final Duration TTL = MetadataStoreContract.TTL;
    private static final Duration NANO = Duration.ofNanos(1);
    private static final UUID DIRECTORY = new UUID(1, 1);

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore cluster = new InMemoryMetadataStore(time, new FixedRandom());
    private final FaultyStore store = new FaultyStore(cluster);
    private final List<String> heard = new ArrayList<>();
    private LeaseKeeper keeper = newKeeper();

    private LeaseKeeper newKeeper() {
        RegistrationResult.Registered registered =
                (RegistrationResult.Registered) get(cluster.register(node(1, DIRECTORY)));
        return new LeaseKeeper(
                store, time, time, 1, registered.brokerEpoch(), TTL, time.monotonicNanos(), new Recorder());
    }

    private final class Recorder implements LeaseKeeper.Listener {
        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            heard.add("lapsed");
        }

        @Override
        public void restored(Duration outage) {
            heard.add("restored after " + outage);
        }

        @Override
        public void deposed(LeaseRenewal how) {
            heard.add("deposed: " + how);
        }
    }

    @BeforeEach
    void start() {
        keeper = newKeeper();
        keeper.start();
    }

    @Test
    void renewsEveryQuarterAndHoldsForever() {
        for (int i = 0; i < 100; i++) {
            time.advance(TTL.dividedBy(4));
            assertThat(keeper.isHeld()).isTrue();
        }
        assertThat(store.questions).isEqualTo(100);
        assertThat(heard).isEmpty();
    }

    @Test
    void isHeldToTheNanosecondOfTheLastConfirmation() {
        store.cut();
        time.advance(TTL.minus(NANO));
        assertThat(keeper.isHeld()).isTrue();
        time.advance(NANO);
        assertThat(keeper.isHeld()).isFalse();
    }

    @Test
    void goesOnThroughAnOutageThatIsToldOnceAtItsBeginningAndEnd() {
        store.cut();
        time.advance(TTL.multipliedBy(20));
        assertThat(heard).containsExactly("lapsed");
        assertThat(keeper.state()).isInstanceOf(LeaseState.Lapsed.class);
        store.heal();
        time.advance(TTL.dividedBy(4));
        assertThat(keeper.isHeld()).isTrue();
        assertThat(heard).hasSize(2).last().asString().startsWith("restored after ");
    }

    @Test
    void aShortOutageIsNoLapse() {
        store.cut();
        time.advance(TTL.dividedBy(4).multipliedBy(3).minus(NANO));
        store.heal();
        time.advance(TTL.dividedBy(4));
        assertThat(keeper.isHeld()).isTrue();
        assertThat(heard).isEmpty();
    }

    @Test
    void measuresFromBeforeItAskedAndAsksOneAtATime() {
        store.hold();
        time.advance(TTL.dividedBy(4)); // asked at a quarter, answered at three
        time.advance(TTL.dividedBy(2));
        assertThat(store.questions).isEqualTo(1);
        store.letGo();
        // Confirmed until one ttl after the question.
        store.cut();
        time.advance(TTL.dividedBy(2).minus(NANO));
        assertThat(keeper.isHeld()).isTrue();
        time.advance(NANO);
        assertThat(keeper.isHeld()).isFalse();
    }

    @Test
    void anAnswerThatTookLongerThanTheLeaseConfirmsNothing() {
        store.hold();
        time.advance(TTL.multipliedBy(3));
        store.letGo();
        assertThat(keeper.isHeld()).isFalse();
        assertThat(keeper.state()).isInstanceOf(LeaseState.Lapsed.class);
    }

    @Test
    void isDeposedByTheNextRegistrationOnceAndForAll() {
        get(cluster.register(node(1, DIRECTORY)));
        time.advance(TTL.multipliedBy(3));
        assertThat(heard).containsExactly("deposed: REPLACED");
        assertThat(keeper.isHeld()).isFalse();
        assertThat(keeper.state()).isEqualTo(new LeaseState.Deposed(LeaseRenewal.REPLACED));
        assertThat(store.questions).isEqualTo(1);
    }

    @Test
    void isDeposedAlsoAfterAnOutage() {
        store.cut();
        time.advance(TTL.multipliedBy(2));
        get(cluster.register(node(1, new UUID(2, 2))));
        store.heal();
        time.advance(TTL);
        assertThat(heard).containsExactly("lapsed", "deposed: REPLACED");
    }

    @Test
    void asksNothingAfterItWasClosed() {
        keeper.close();
        time.advance(TTL.multipliedBy(3));
        assertThat(store.questions).isZero();
        assertThat(heard).isEmpty();
    }

    @Test
    void isSteadyAfterOneLeaseWithoutAnyFailure() {
        time.advance(TTL.minus(NANO));
        assertThat(keeper.isSteady()).isFalse();
        time.advance(NANO);
        assertThat(keeper.isSteady()).isTrue();
        store.cut();
        time.advance(TTL.dividedBy(4));
        assertThat(keeper.isHeld()).isTrue();
        assertThat(keeper.isSteady()).isFalse();
        store.heal();
        time.advance(TTL.minus(NANO));
        assertThat(keeper.isSteady()).isFalse();
        time.advance(NANO);
        assertThat(keeper.isSteady()).isTrue();
    }

    @Test
    void isNotSteadyWhileAndAfterAnAnswerTakesLong() {
        time.advance(TTL);
        store.hold();
        time.advance(TTL.dividedBy(2));
        assertThat(keeper.isSteady()).isTrue();
        time.advance(NANO);
        assertThat(keeper.isHeld()).isTrue();
        assertThat(keeper.isSteady()).isFalse();
        store.letGo();
        assertThat(keeper.isSteady()).isFalse();
        time.advance(TTL.minus(NANO));
        assertThat(keeper.isSteady()).isFalse();
        time.advance(NANO);
        assertThat(keeper.isSteady()).isTrue();
    }
}
