package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FollowerLivenessTest {

    private final FollowerLiveness liveness = new FollowerLiveness();

    @Test
    void tellsTheLastFetchOfEachFollower() {
        assertThat(liveness.lastFetch(2, 7)).isEmpty();
        liveness.fetched(2, 7, 100);
        liveness.fetched(3, 8, 150);
        liveness.fetched(2, 7, 200);
        assertThat(liveness.lastFetch(2, 7)).hasValue(200);
        assertThat(liveness.lastFetch(3, 8)).hasValue(150);
    }

    @Test
    void aRequestOfAnEarlierRegistrationSaysNothingOfTheLaterOne() {
        liveness.fetched(2, 7, 100);
        assertThat(liveness.lastFetch(2, 9)).isEmpty();
        liveness.fetched(2, 9, 200);
        liveness.fetched(2, 7, 300);
        assertThat(liveness.lastFetch(2, 9)).hasValue(200);
        assertThat(liveness.lastFetch(2, 7)).isEmpty();
    }
}
