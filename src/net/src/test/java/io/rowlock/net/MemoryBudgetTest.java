package io.rowlock.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryBudgetTest {
    private final MemoryBudget budget = new MemoryBudget(100);
    private final List<String> granted = new ArrayList<>();

    private MemoryBudget.Claim claim(String name, int bytes) {
        return new MemoryBudget.Claim(bytes) {
            @Override
            void granted(boolean overdrawn) {
                granted.add(overdrawn ? name + " overdrawn" : name);
            }
        };
    }

    @Test
    void reservesUpToTheLimitAndNotBeyond() {
        assertThat(budget.tryReserve(101)).isFalse();
        assertThat(budget.tryReserve(99)).isTrue();
        assertThat(budget.tryReserve(2)).isFalse();
        assertThat(budget.tryReserve(1)).isTrue();
        assertThat(budget.tryReserve(1)).isFalse();
        assertThat(budget.used()).isEqualTo(100);
        assertThatThrownBy(() -> new MemoryBudget(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneMayOverdrawAndTheOthersWaitInLine() {
        assertThat(budget.tryReserve(100)).isTrue();
        budget.await(claim("first", 50));
        budget.await(claim("second", 10));
        budget.await(claim("third", 10));
        assertThat(granted).containsExactly("first overdrawn");
        assertThat(budget.used()).isEqualTo(150);
        budget.release(59);
        assertThat(budget.tryReserve(1)).as("those who wait come first").isFalse();
        assertThat(granted).hasSize(1);
        budget.release(1);
        assertThat(granted).containsExactly("first overdrawn", "second");
        budget.endOverdraft();
        assertThat(granted).containsExactly("first overdrawn", "second", "third overdrawn");
        assertThat(budget.waiting()).isZero();
    }

    @Test
    void whoLeavesTheLineMakesWayForTheNext() {
        assertThat(budget.tryReserve(60)).isTrue();
        MemoryBudget.Claim overdraft = claim("overdraft", 50);
        budget.await(overdraft);
        MemoryBudget.Claim large = claim("large", 50);
        budget.await(large);
        budget.release(20);
        budget.await(claim("small", 10));
        assertThat(granted).containsExactly("overdraft overdrawn");
        assertThat(budget.cancel(large)).isTrue();
        assertThat(granted).containsExactly("overdraft overdrawn", "small");
        assertThat(budget.cancel(overdraft)).isFalse();
    }

    @Test
    @Timeout(60)
    void nobodyIsForgottenHoweverReleasesAndClaimsMeet() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            all.add(CompletableFuture.runAsync(() -> reserveAndRelease(random), pool));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get();
        pool.shutdown();
        assertThat(pool.awaitTermination(1, TimeUnit.SECONDS)).isTrue();
        assertThat(budget.used()).isZero();
        assertThat(budget.waiting()).isZero();
    }

    private void reserveAndRelease(Random random) {
        for (int i = 0; i < 20_000; i++) {
            int bytes = 1 + random.nextInt(60);
            boolean overdrawn = !budget.tryReserve(bytes) && waitFor(bytes);
            budget.release(bytes);
            if (overdrawn) {
                budget.endOverdraft();
            }
        }
    }

    /** Returns whether the grant is an overdraft. */
    private boolean waitFor(int bytes) {
        CompletableFuture<Boolean> grant = new CompletableFuture<>();
        budget.await(new MemoryBudget.Claim(bytes) {
            @Override
            void granted(boolean overdrawn) {
                grant.complete(overdrawn);
            }
        });
        return grant.join();
    }
}
