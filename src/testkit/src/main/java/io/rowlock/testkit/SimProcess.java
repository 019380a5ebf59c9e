package io.rowlock.testkit;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * One process of a simulation: what it schedules, and what others bring to it, runs in the test's thread as time moves, but not
 * while it is paused (SIGSTOP), and never once it is dead (kill -9). As with a stopped process, whatever came due meanwhile
 * runs at once when it goes on, while time has passed. Not thread-safe.
 */
public final class SimProcess implements Scheduler, Executor {
    private final SimScheduler world;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private boolean paused;
    private boolean dead;

    public SimProcess(SimScheduler world) {
        this.world = world;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        boolean[] over = new boolean[1];
        Timer timer = world.schedule(
                delay,
                () -> enter(() -> {
                    if (!over[0]) {
                        over[0] = true;
                        task.run();
                    }
                }));
        return () -> {
            boolean cancelled = !over[0];
            over[0] = true;
            timer.cancel();
            return cancelled;
        };
    }

    /** Runs {@code task} as soon as the process can, never before this returns. */
    @Override
    public void execute(Runnable task) {
        world.schedule(Duration.ZERO, () -> enter(task));
    }

    /** Runs {@code task} now, or when the process goes on; not at all if it is dead. */
    public void enter(Runnable task) {
        if (paused && !dead) {
            held.add(task);
        } else if (!dead) {
            task.run();
        }
    }

    /** Stops the process where it is, as SIGSTOP does. */
    public void pause() {
        paused = true;
    }

    /** Lets it go on. What was held up runs first, in the order in which it came. */
    public void resume() {
        paused = false;
        while (!held.isEmpty() && !paused && !dead) {
            held.poll().run();
        }
    }

    /** Ends the process at once: nothing of it runs any more. */
    public void kill() {
        dead = true;
        held.clear();
    }

    public boolean isPaused() {
        return paused && !dead;
    }

    public boolean isDead() {
        return dead;
    }
}
