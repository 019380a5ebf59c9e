package io.rowlock.broker.cluster;

import static io.rowlock.broker.cluster.MetadataStoreContract.TTL;
import static io.rowlock.broker.cluster.MetadataStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InMemoryLeadershipTest extends FailoverContract {

    private final ManualTime time = new ManualTime();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, new FixedRandom());

    @Override
    protected MetadataStore store() {
        return store;
    }

    @Override
    protected LeadershipStore leadership() {
        return store;
    }

    @Override
    protected void elapse(Duration duration) {
        time.advance(duration);
    }

    private Set<Integer> deposedAfter(Duration betweenRenewals, Duration since) {
        join(1, 2);
        elapse(TTL);
        renew(1);
        elapse(TTL.dividedBy(2));
        renew(1);
        elapse(betweenRenewals);
        renew(1);
        elapse(since);
        return get(store.deposeLapsed(1, epoch(1)));
    }

    @Test
    void aRenewalIsInTimeUpToHalfALeaseAfterTheOneBefore() {
        Duration half = TTL.dividedBy(2);
        assertThat(deposedAfter(half, Duration.ZERO)).containsExactly(2);
        assertThat(deposedAfter(half.plusNanos(1), Duration.ZERO)).isEmpty();
        assertThat(deposedAfter(half.minusNanos(1), half.plusNanos(1))).isEmpty();
        assertThat(deposedAfter(half.minusNanos(1), Duration.ofNanos(1))).containsExactly(2);
        assertThat(deposedAfter(half.minusNanos(1), Duration.ZERO)).isEmpty();
    }
}
