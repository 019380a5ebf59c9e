package io.rowlock.broker.simulation;

import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.testkit.SimProcess;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The way of one process to the store: it takes time, loses questions and answers, and is sometimes not there. */
@SuppressWarnings("FutureReturnValueIgnored") // what follows an answer cannot fail
final class StoreLine {
    private static final int MICROS_MAX = 8_000;
    private static final int TIMEOUT_MILLIS_MAX = 4_000;

    private final SimScheduler world;
    private final SimProcess process;
    private final SimRandom random;
    private final StoreWeather weather;
    private final int nodeId;
    private final Tally tally;

    StoreLine(SimScheduler world, SimProcess process, SimRandom random, StoreWeather weather, int nodeId, Tally tally) {
        this.world = world;
        this.process = process;
        this.random = random;
        this.weather = weather;
        this.nodeId = nodeId;
        this.tally = tally;
    }

    /** Asks; the question may be carried out although this process hears that nobody knows, or is dead by then. */
    <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> heard = new CompletableFuture<>();
        world.schedule(micros(), () -> arrive(question, heard));
        return heard;
    }

    private <T> void arrive(Supplier<CompletionStage<T>> question, CompletableFuture<T> heard) {
        if (weather.isAwayFor(nodeId) || random.chance(weather.lostQuestionsPerMille())) {
            tally.count("questions lost");
            fail(heard);
            return;
        }
        long stall = weather.stallMillis(random);
        if (stall > 0) {
            tally.count("stalls of the store");
            world.schedule(Duration.ofMillis(stall), () -> carryOut(question, heard));
        } else {
            carryOut(question, heard);
        }
    }

    private <T> void carryOut(Supplier<CompletionStage<T>> question, CompletableFuture<T> heard) {
        CompletionStage<T> answer = question.get();
        if (weather.isAwayFor(nodeId) || random.chance(weather.lostAnswersPerMille())) {
            tally.count("replies lost after the commit");
            fail(heard);
            return;
        }
        Duration way = micros();
        answer.whenComplete((value, failure) -> process.schedule(way, () -> {
            if (failure == null) {
                heard.complete(value);
            } else {
                heard.completeExceptionally(failure);
            }
        }));
    }

    private <T> void fail(CompletableFuture<T> heard) {
        process.schedule(
                Duration.ofMillis(1 + random.nextInt(TIMEOUT_MILLIS_MAX)),
                () -> heard.completeExceptionally(
                        new MetadataUnavailableException("simulated", new IllegalStateException("simulated"))));
    }

    private Duration micros() {
        return Duration.ofNanos(1000L * (100 + random.nextInt(MICROS_MAX)));
    }
}
