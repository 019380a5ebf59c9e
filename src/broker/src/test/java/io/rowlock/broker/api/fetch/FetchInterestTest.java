package io.rowlock.broker.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FetchInterestTest {

    private final FetchInterest interest = new FetchInterest(new SessionSlots(1, 1 << 20));
    private final FetchTarget target = interest.want(new UUID(1, 1), "", 0);
    private final AtomicInteger wakes = new AtomicInteger();

    @Test
    void whatChangesBetweenTheLookAndTheWaitWakesAtOnce() {
        assertThat(interest.pending()).containsExactly(target);
        interest.settle(target);
        notified(target);
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void whatChangesWhileSomebodyWaitsWakesAndNobodyElseIsCalled() {
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(0);
        notified(target);
        assertThat(wakes).hasValue(1);
        interest.awaitChange(null);
        notified(target);
        assertThat(wakes).hasValue(1);
        interest.pending();
        interest.awaitChange(wakes::incrementAndGet);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void aPartitionTakesNoMoreOfTheHeapThanItCountsFor() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int partitions = 10_000;
        want(partitions);
        long before = threads.getCurrentThreadAllocatedBytes();
        FetchInterest kept = want(partitions);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(kept.size()).isEqualTo(partitions);
        assertThat(allocated / partitions).isLessThanOrEqualTo(SessionSlots.PARTITION_BYTES);
    }

    private void notified(FetchTarget changed) {
        interest.noted(changed);
        interest.wake();
    }

    private static FetchInterest want(int partitions) {
        FetchInterest many = new FetchInterest(new SessionSlots(1, 1));
        for (int i = 0; i < partitions; i++) {
            many.want(new UUID(1, 1), "", i);
        }
        return many;
    }
}
