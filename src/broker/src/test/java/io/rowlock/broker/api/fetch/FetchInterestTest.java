package io.rowlock.broker.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FetchInterestTest {

    private final FetchInterest interest = new FetchInterest();
    private final FetchTarget target = interest.want(new UUID(1, 1), "", 0);
    private final AtomicInteger wakes = new AtomicInteger();

    @Test
    void whatChangesBetweenTheLookAndTheWaitWakesAtOnce() {
        assertThat(interest.pending()).containsExactly(target);
        interest.settle(target);
        interest.notified(target);
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void whatChangesWhileSomebodyWaitsWakesAndNobodyElseIsCalled() {
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(0);
        interest.notified(target);
        assertThat(wakes).hasValue(1);
        interest.awaitChange(null);
        interest.notified(target);
        assertThat(wakes).hasValue(1);
        interest.pending();
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(1);
    }
}
