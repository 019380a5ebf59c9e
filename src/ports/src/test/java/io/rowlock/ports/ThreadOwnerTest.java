package io.rowlock.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadOwnerTest {

    private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
    private final List<ThreadOwner> owners = new ArrayList<>();

    @AfterEach
    void close() {
        owners.forEach(ThreadOwner::close);
    }

    /** Ten thousand times parked and woken: a lost wake-up would leave the last task of a round waiting for ever. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void losesNoTaskWhereverItParks(int lingerMicros) throws InterruptedException {
        ThreadOwner owner = owner(lingerMicros);
        for (int round = 0; round < 10_000; round++) {
            CountDownLatch done = new CountDownLatch(2);
            owner.execute(done::countDown);
            owner.execute(done::countDown);
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void runsEachProducersTasksInOrder(int lingerMicros) throws InterruptedException {
        ThreadOwner owner = owner(lingerMicros);
        int producers = 4;
        int tasks = 20_000;
        int[] next = new int[producers];
        CountDownLatch done = new CountDownLatch(producers * tasks);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int producer = p;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < tasks; i++) {
                    int expected = i;
                    owner.execute(() -> {
                        if (next[producer]++ != expected) {
                            throw new IllegalStateException("task " + expected + " of " + producer + " out of order");
                        }
                        done.countDown();
                    });
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(uncaught).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void runsHooksAfterTheBatchAndGoesOnAfterExceptions(int lingerMicros) throws InterruptedException {
        ThreadOwner owner = owner(lingerMicros);
        List<String> ran = new ArrayList<>();
        CountDownLatch queued = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(() -> {
            await(queued);
            owner.afterQueued(() -> {
                ran.add("hook");
                done.countDown();
            });
            ran.add("first");
        });
        owner.execute(() -> {
            throw new IllegalArgumentException("thrown by a task");
        });
        owner.execute(() -> ran.add("second"));
        queued.countDown();
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactly("first", "second", "hook");
        assertThat(uncaught.take()).hasMessage("thrown by a task");
        assertThat(owner.isOwner()).isFalse();
        assertThatThrownBy(() -> owner.afterQueued(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void runsHooksThoughWorkNeverEnds(int lingerMicros) throws InterruptedException {
        ThreadOwner owner = owner(lingerMicros);
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(() -> owner.afterQueued(() -> owner.afterQueued(done::countDown)));
        owner.execute(new Runnable() {
            @Override
            public void run() {
                if (done.getCount() > 0) {
                    owner.execute(this);
                }
            }
        });
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void runsWhatIsQueuedBeforeItCloses(int lingerMicros) {
        ThreadOwner owner = owner(lingerMicros);
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int n = i;
            owner.execute(() -> ran.add(n));
        }
        owner.close();
        assertThat(ran).hasSize(1000);
        assertThatThrownBy(() -> owner.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private ThreadOwner owner(int lingerMicros) {
        ThreadOwner owner = new ThreadOwner("owner-test", Duration.ofNanos(lingerMicros * 1000L), uncaught::add);
        owners.add(owner);
        return owner;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
