package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimScheduler;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpeningProgressTest {

    private final SimClock clock = new SimClock();
    private final OpeningProgress progress = new OpeningProgress(clock, new SimScheduler(clock));

    @Test
    void tellsHowFarItIsUntilAllAreOpen() {
        assertThat(progress.next()).isNull();
        for (int i = 0; i < 1_200; i++) {
            progress.asked();
        }
        progress.opened(3_000_000);
        clock.advance(Duration.ofSeconds(5));
        assertThat(progress.next()).isEqualTo("Opened 1 of 1,200 partitions in 5 s, 3.0 MB of batches looked at");
        for (int i = 1; i < 1_200; i++) {
            progress.opened(0);
        }
        clock.advance(Duration.ofSeconds(5));
        assertThat(progress.next()).isEqualTo("Opened 1,200 of 1,200 partitions in 10 s, 3.0 MB of batches looked at");
        assertThat(progress.next()).isNull();
    }

    @Test
    void saysNothingOfWhatWasOpenedBetween() {
        progress.asked();
        progress.opened(9);
        assertThat(progress.next()).isNull();
        progress.asked();
        progress.asked();
        progress.opened(0);
        assertThat(progress.next()).startsWith("Opened 1 of 2 partitions in 0 s");
    }
}
