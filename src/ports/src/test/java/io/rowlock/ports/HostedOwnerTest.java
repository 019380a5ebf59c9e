package io.rowlock.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostedOwnerTest {

    private static final String OWN = "owner-test";
    private static final Duration NEVER = Duration.ofDays(1);

    /** A host whose tasks run when the test says so. */
    private static final class Turns implements Executor {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        int runAll() {
            int ran = 0;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                ran++;
            }
            return ran;
        }
    }

    private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
    private final List<HostedOwner> owners = new ArrayList<>();
    private final List<String> ranOn = Collections.synchronizedList(new ArrayList<>());
    private final Turns host = new Turns();

    @AfterEach
    void close() {
        owners.forEach(HostedOwner::close);
    }

    @Test
    void runsWhatAHostHandsOverInThatHostsTurnAndItsHooksAfterThat() {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        List<String> ran = new ArrayList<>();
        owner.execute(
                () -> {
                    assertThat(owner.isOwner()).isTrue();
                    owner.afterQueued(() -> ran.add("hook"));
                    ran.add("first");
                },
                host);
        owner.execute(() -> ran.add("second"), host);
        assertThat(ran).isEmpty();
        assertThat(host.runAll()).isEqualTo(1);
        assertThat(ran).containsExactly("first", "second", "hook");
        assertThat(owner.isOwner()).isFalse();
        assertThatThrownBy(() -> owner.afterQueued(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void hooksComeToTheirTurnHoweverMuchFollowsThem() {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        List<String> ran = new ArrayList<>();
        owner.execute(
                () -> {
                    owner.afterQueued(() -> ran.add("hook"));
                    owner.execute(() -> ran.add("later"), host);
                },
                host);
        owner.execute(() -> ran.add("queued before"), host);
        host.runAll();
        assertThat(ran).containsExactly("queued before", "hook", "later");
    }

    @Test
    void keepsWhatMayBlockAwayFromHostsAndTheOrderAllTheSame() throws InterruptedException {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        owner.execute(this::note, host);
        owner.execute(this::note);
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(done::countDown, host);
        assertThat(ranOn).isEmpty();
        host.runAll();
        await(done);
        assertThat(ranOn).containsExactly(Thread.currentThread().getName(), OWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void leavesAHostAfterSoManyTasks(int beyond) throws InterruptedException {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        int tasks = HostedOwner.HOSTED_TASKS_MAX + beyond;
        CountDownLatch done = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            owner.execute(
                    () -> {
                        note();
                        done.countDown();
                    },
                    host);
        }
        host.runAll();
        await(done);
        assertThat(ranOn.stream().filter(OWN::equals)).hasSize(Math.max(0, beyond));
    }

    @Test
    void leavesHostsAloneAfterOneWasHeldUp() throws InterruptedException {
        HostedOwner owner = owner(Duration.ofNanos(-1), NEVER);
        owner.execute(this::note, host);
        host.runAll();
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(this::note, host);
        owner.execute(done::countDown, host);
        await(done);
        assertThat(ranOn).containsExactly(Thread.currentThread().getName(), OWN);
        assertThat(host.runAll()).isZero();
    }

    @Test
    void comesBackToHostsWhenTheTimeIsOver() {
        HostedOwner owner = owner(Duration.ofNanos(-1), Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            owner.execute(this::note, host);
            assertThat(host.runAll()).isEqualTo(1);
        }
        assertThat(ranOn).hasSize(3).doesNotContain(OWN);
    }

    @Test
    void worksItselfForAHostThatIsGone() throws InterruptedException {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(done::countDown, task -> {
            throw new RejectedExecutionException("gone");
        });
        await(done);
    }

    /** Hosts that come and go, and blocking tasks between: a lost task would leave a latch waiting, two workers would lose counts. */
    @Test
    void runsEachProducersTasksInOrderAndOneAtATime() throws InterruptedException {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        int producers = 4;
        int tasks = 20_000;
        int[] next = new int[producers];
        int[] all = new int[1];
        CountDownLatch done = new CountDownLatch(producers * tasks);
        ExecutorService loop = Executors.newSingleThreadExecutor();
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int producer = p;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < tasks; i++) {
                    int expected = i;
                    Runnable task = () -> {
                        if (next[producer]++ != expected || !owner.isOwner()) {
                            throw new IllegalStateException("task " + expected + " of " + producer + " out of order");
                        }
                        all[0]++;
                        owner.afterQueued(done::countDown);
                    };
                    switch ((i + producer) % 16) {
                        case 0 -> owner.execute(task);
                        case 1, 2, 3 -> owner.execute(task, loop);
                        default -> owner.execute(task, Runnable::run);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        await(done);
        loop.shutdown();
        assertThat(uncaught).isEmpty();
        assertThat(all[0]).isEqualTo(producers * tasks);
    }

    @Test
    void goesOnAfterExceptions() {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        owner.execute(
                () -> {
                    throw new IllegalArgumentException("thrown by a task");
                },
                host);
        owner.execute(this::note, host);
        host.runAll();
        assertThat(ranOn).hasSize(1);
        assertThat(uncaught.poll()).hasMessage("thrown by a task");
    }

    @Test
    void runsWhatIsQueuedBeforeItCloses() {
        HostedOwner owner = owner(NEVER, Duration.ZERO);
        for (int i = 0; i < 1_000; i++) {
            owner.execute(this::note);
        }
        owner.close();
        assertThat(ranOn).hasSize(1_000).containsOnly(OWN);
        assertThatThrownBy(() -> owner.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> owner.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private HostedOwner owner(Duration heldUp, Duration avoid) {
        HostedOwner owner = new HostedOwner(OWN, heldUp, avoid, uncaught::add);
        owners.add(owner);
        return owner;
    }

    private void note() {
        ranOn.add(Thread.currentThread().getName());
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
