package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static io.rowlock.broker.cluster.MetadataStoreContract.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MembershipTest {

    private static final Duration TTL = MetadataStoreContract.TTL;
    private static final UUID DIRECTORY = new UUID(1, 1);

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore cluster = new InMemoryMetadataStore(time, new FixedRandom());
    private final Line line = new Line(cluster);
    private final List<String> heard = new ArrayList<>();
    private final Membership member = new Membership(line, time, time, node(1, DIRECTORY), new Recorder());

    /** The way to the store, which a test cuts for registrations. */
    private static final class Line extends ForwardingStore {
        boolean cut;
        boolean losesAnswers;
        int registrations;
        Set<UUID> lacking = Set.of();
        boolean holdsAnswers;
        final List<Runnable> heldAnswers = new ArrayList<>();

        Line(MetadataStore store) {
            super(store);
        }

        @Override
        public CompletionStage<RegistrationResult> register(NodeRegistration node) {
            registrations++;
            lacking = node.topicsThatMayLack();
            CompletableFuture<RegistrationResult> lost =
                    CompletableFuture.failedFuture(new MetadataUnavailableException("cut", new Exception("cut")));
            if (cut) {
                return lost;
            }
            CompletionStage<RegistrationResult> answer = super.register(node);
            if (holdsAnswers) {
                CompletableFuture<RegistrationResult> held = new CompletableFuture<>();
                heldAnswers.add(() -> held.complete(get(answer)));
                return held;
            }
            return losesAnswers ? lost : answer;
        }
    }

    private final class Recorder implements Membership.Listener {
        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            heard.add("lapsed");
        }

        @Override
        public void restored(Duration outage) {
            heard.add("restored");
        }

        @Override
        public void fenced(long brokerEpoch) {
            heard.add("fenced " + brokerEpoch);
        }

        @Override
        public void rejoined(RegistrationResult.Registered registered, Duration absence) {
            heard.add("rejoined " + registered.brokerEpoch() + " after " + absence);
        }

        @Override
        public void replaced() {
            heard.add("replaced");
        }
    }

    @BeforeEach
    void join() {
        get(member.join());
    }

    /** As an election deposes it: its registration is over. */
    private void depose() {
        get(cluster.releaseLease(1, member.brokerEpoch()));
    }

    private void nextRenewal() {
        time.advance(TTL.dividedBy(4));
    }

    @Test
    void registersAnewWhenItWasDeposed() {
        long first = member.brokerEpoch();
        depose();
        nextRenewal();

        assertThat(member.brokerEpoch()).isGreaterThan(first);
        assertThat(heard)
                .containsExactly("fenced " + first, "rejoined " + member.brokerEpoch() + " after " + Duration.ZERO);
        assertThat(member.isHeld()).isTrue();
        assertThat(member.isHeldUnder(member.brokerEpoch())).isTrue();
        assertThat(member.isHeldUnder(first)).isFalse();
    }

    @Test
    void doesNotComeBackWhenItIsDeposedInTheMiddleOfItsStop() {
        long first = member.brokerEpoch();
        member.depart();
        nextRenewal();
        assertThat(member.isHeld()).isTrue();
        depose();
        time.advance(TTL.multipliedBy(2));

        assertThat(member.brokerEpoch()).isEqualTo(first);
        assertThat(member.isHeld()).isFalse();
        assertThat(line.registrations).isEqualTo(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void keepsTheNewLeaseAsItKeptTheFirst() {
        depose();
        nextRenewal();
        long second = member.brokerEpoch();
        time.advance(TTL.multipliedBy(10));

        assertThat(member.isHeld()).isTrue();
        assertThat(member.brokerEpoch()).isEqualTo(second);
    }

    @Test
    void isNotSteadyBeforeItWasAMemberAgainForAWholeLease() {
        time.advance(TTL.multipliedBy(2));
        assertThat(member.isSteady()).isTrue();
        depose();
        nextRenewal();
        assertThat(member.isSteady()).isFalse();
        time.advance(TTL.minusNanos(1));
        assertThat(member.isSteady()).isFalse();
        time.advance(Duration.ofNanos(1));
        assertThat(member.isSteady()).isTrue();
    }

    @Test
    void triesUntilTheStoreTakesTheRegistration() {
        depose();
        line.cut = true;
        nextRenewal();
        assertThat(member.isHeld()).isFalse();
        assertThat(member.lease()).isEqualTo(new LeaseState.Deposed(LeaseRenewal.FENCED));
        time.advance(TTL.multipliedBy(3));
        assertThat(member.isHeld()).isFalse();

        line.cut = false;
        nextRenewal();
        assertThat(member.isHeld()).isTrue();
        assertThat(heard.get(1))
                .startsWith("rejoined")
                .endsWith("after " + TTL.multipliedBy(3).plus(TTL.dividedBy(4)));
    }

    @Test
    void takesItsIdOnceMoreWhenItDidNotHearThatItHasIt() {
        depose();
        line.losesAnswers = true;
        nextRenewal();
        line.losesAnswers = false;
        nextRenewal();

        time.advance(TTL.multipliedBy(2));
        assertThat(member.isHeld()).isTrue();
        assertThat(heard).hasSize(2);
    }

    @Test
    void isReplacedByAnotherDirectoryThatTookTheIdMeanwhile() {
        depose();
        get(cluster.register(node(1, new UUID(2, 2))));
        int before = line.registrations;
        nextRenewal();
        time.advance(TTL.multipliedBy(5));

        assertThat(heard).containsExactly("replaced");
        assertThat(line.registrations).isEqualTo(before);
    }

    @Test
    void isReplacedWhenAnotherDirectoryTakesTheIdBeforeItDoesSo() {
        depose();
        line.cut = true;
        nextRenewal();
        get(cluster.register(node(1, new UUID(2, 2))));
        line.cut = false;
        nextRenewal();
        assertThat(heard.get(heard.size() - 1)).isEqualTo("replaced");
        int tried = line.registrations;
        time.advance(TTL.multipliedBy(5));

        assertThat(line.registrations).isEqualTo(tried);
    }

    @Test
    void doesNotComeBackOnceItIsClosed() {
        depose();
        line.cut = true;
        nextRenewal();
        member.close();
        line.cut = false;
        int tried = line.registrations;
        time.advance(TTL.multipliedBy(5));

        assertThat(line.registrations).isEqualTo(tried);
        assertThat(member.isHeld()).isFalse();
    }

    @Test
    void givesBackTheLeaseOfItsLatestRegistration() {
        depose();
        nextRenewal();
        get(member.leave());

        assertThat(get(cluster.renewLease(1, member.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.FENCED);
    }

    @Test
    void whoAsksAgainBeforeTheAnswerRegistersOnce() {
        Membership slow = new Membership(line, time, time, node(2, DIRECTORY), new Recorder());
        int before = line.registrations;
        line.holdsAnswers = true;
        CompletionStage<RegistrationResult> first = slow.join();
        time.advance(Duration.ofSeconds(60));
        CompletionStage<RegistrationResult> second = slow.join();
        // In the worst order, if there were two: the latest first.
        for (int i = line.heldAnswers.size() - 1; i >= 0; i--) {
            line.heldAnswers.get(i).run();
        }
        time.advance(TTL.multipliedBy(2));

        assertThat(heard).doesNotContain("replaced");
        assertThat(slow.isHeld()).isTrue();
        assertThat(line.registrations).isEqualTo(before + 1);
        assertThat(get(second)).isEqualTo(get(first));
        assertThat(slow.brokerEpoch()).isEqualTo(((RegistrationResult.Registered) get(first)).brokerEpoch());
    }

    @Test
    void whatMayBeLostIsSaidOnce() {
        Set<UUID> topics = Set.of(new UUID(5, 5));
        Membership lacking = new Membership(line, time, time, node(2, DIRECTORY), new Recorder());
        get(lacking.join(topics));
        assertThat(line.lacking).isEqualTo(topics);
        get(cluster.releaseLease(2, lacking.brokerEpoch()));
        nextRenewal();
        assertThat(lacking.isHeld()).isTrue();
        assertThat(line.lacking).isEmpty();
    }

    @Test
    void mayJoinAgainAfterAFailure() {
        Membership again = new Membership(line, time, time, node(2, DIRECTORY), new Recorder());
        line.cut = true;
        assertThat(again.join().toCompletableFuture()).isCompletedExceptionally();
        line.cut = false;
        get(again.join());

        assertThat(again.isHeld()).isTrue();
    }

    @Test
    void hasNoBrokerEpochBeforeItJoined() {
        Membership early = new Membership(line, time, time, node(2, DIRECTORY), new Recorder());
        assertThat(early.isHeld()).isFalse();
        assertThat(early.isSteady()).isFalse();
        assertThatThrownBy(early::brokerEpoch).isInstanceOf(NullPointerException.class);
    }
}
