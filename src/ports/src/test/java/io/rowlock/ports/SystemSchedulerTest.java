package io.rowlock.ports;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemSchedulerTest {

    @Test
    void runsReportsAndCancels() throws InterruptedException {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        try (SystemScheduler scheduler = new SystemScheduler("scheduler-test", seen::add)) {
            Scheduler.Timer never = scheduler.schedule(Duration.ofHours(1), () -> seen.add("never"));
            scheduler.schedule(Duration.ofMillis(-5), () -> {
                throw new IllegalStateException("thrown");
            });
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
            Scheduler.Timer ran = scheduler.schedule(Duration.ofMillis(1), () -> seen.add("ran"));
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("ran");
            assertThat(never.cancel()).isTrue();
            assertThat(never.cancel()).isFalse();
            assertThat(ran.cancel()).isFalse();
        }
    }

    @Test
    void randomIdsAreOfVersionFour() {
        SystemRandom random = new SystemRandom();
        assertThat(random.uuid().version()).isEqualTo(4);
        assertThat(random.uuid().variant()).isEqualTo(2);
        assertThat(random.uuid()).isNotEqualTo(random.uuid());
        assertThat(random.nextInt(3)).isBetween(0, 2);
    }
}
