package io.rowlock.node.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.ports.SystemClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StartupStepsTest {

    private final List<String> done = new ArrayList<>();
    private final StartupSteps steps = new StartupSteps(new SystemClock());

    private class Recorded implements Step {
        private final String name;

        Recorded(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void start() throws Exception {
            done.add("start " + name);
        }

        @Override
        public void stop() throws Exception {
            done.add("stop " + name);
        }
    }

    @Test
    void areUndoneInReverse() throws Exception {
        assertThat(steps.start(new Recorded("a"))).isTrue();
        assertThat(steps.start(new Recorded("b"))).isTrue();
        steps.stop();
        steps.stop();
        assertThat(done).containsExactly("start a", "start b", "stop b", "stop a");
    }

    @Test
    void aStepThatFailedToStartIsNotUndone() throws Exception {
        steps.start(new Recorded("a"));
        assertThatThrownBy(() -> steps.start(new Recorded("b") {
                    @Override
                    public void start() {
                        throw new StartupException(ExitCode.ADDRESS, "taken");
                    }
                }))
                .hasMessage("taken");
        steps.stop();
        assertThat(done).containsExactly("start a", "stop a");
    }

    @Test
    void aStepThatFailsToStopHindersNoOther() throws Exception {
        steps.start(new Recorded("a"));
        steps.start(new Recorded("b") {
            @Override
            public void stop() {
                throw new IllegalStateException("as a test");
            }
        });
        steps.stop();
        assertThat(done).containsExactly("start a", "start b", "stop a");
    }

    @Test
    void aStopDuringTheStartWaitsForTheStepUnderWayAndBeginsNoOther() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CompletableFuture<Boolean> next = CompletableFuture.supplyAsync(() -> {
            try {
                steps.start(new Recorded("slow") {
                    @Override
                    public void start() throws Exception {
                        begun.countDown();
                        assertThat(mayEnd.await(30, TimeUnit.SECONDS)).isTrue();
                        super.start();
                    }
                });
                return steps.start(new Recorded("next"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stop = CompletableFuture.runAsync(steps::stop);
        mayEnd.countDown();
        stop.get(30, TimeUnit.SECONDS);
        boolean nextWasStarted = next.get(30, TimeUnit.SECONDS);
        steps.stop();
        // Whichever came first after the slow step, nothing stays started.
        assertThat(done.stream().filter(entry -> entry.startsWith("start")).count())
                .isEqualTo(
                        done.stream().filter(entry -> entry.startsWith("stop")).count());
        assertThat(done).contains("start slow", "stop slow");
        assertThat(done.contains("start next")).isEqualTo(nextWasStarted);
        assertThat(steps.start(new Recorded("late"))).isFalse();
        assertThat(done).doesNotContain("start late");
    }
}
