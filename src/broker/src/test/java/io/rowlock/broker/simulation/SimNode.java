package io.rowlock.broker.simulation;

import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One machine with its disk, and the process that runs on it, if one does. */
final class SimNode {
    final int id;
    private final SimWorld world;
    private final SimDisk disk;
    private @Nullable NodeRun run;
    private boolean hasPower = true;
    private int runs;

    SimNode(SimWorld world, int id) {
        this.world = world;
        this.id = id;
        this.disk = new SimDisk(world.random.nextLong());
    }

    String machine() {
        return SimWorld.machine(id);
    }

    /** What runs now; null if nothing does. */
    @Nullable
    NodeRun run() {
        return run;
    }

    boolean isUp() {
        return run != null;
    }

    /** How many processes there were. */
    int runs() {
        return runs;
    }

    boolean isPaused() {
        NodeRun current = run;
        return current != null && current.process().isPaused();
    }

    /** Starts a process, on a machine that is started if need be. */
    void start() {
        if (run != null) {
            return;
        }
        if (!hasPower) {
            hasPower = true;
            world.network.powerOn(machine());
        }
        runs++;
        SimProcess process = new SimProcess(world.scheduler);
        try {
            NodeRun started = new NodeRun(world, this, process, disk);
            run = started;
            started.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process ends at once, as with kill -9: what it wrote stays in the page cache. */
    void kill() {
        if (run != null) {
            end(run);
            disk.killProcess();
            world.tally.count("kills");
        }
    }

    /** The machine ends at once: what was not synced may be lost, and nobody is told. */
    void losePower() {
        NodeRun current = run;
        if (current != null) {
            current.process().kill();
            run = null;
        }
        if (hasPower) {
            hasPower = false;
            world.network.powerOff(machine());
            disk.losePower();
            world.tally.count("power losses");
        }
    }

    private void end(NodeRun ending) {
        ending.process().kill();
        world.network.processDied(ending.process());
        run = null;
    }

    /** Stops the process where it is, for so long. */
    void pause(Duration length) {
        NodeRun current = run;
        if (current != null && !current.process().isPaused()) {
            current.process().pause();
            world.tally.count(length.compareTo(SimWorld.LEASE_TTL) > 0 ? "pauses past the lease" : "short pauses");
            world.scheduler.schedule(length, () -> {
                if (!current.process().isDead()) {
                    current.process().resume();
                }
            });
        }
    }

    /** Stops by plan, as SIGTERM does. */
    void stop() {
        NodeRun current = run;
        if (current != null && !current.isStopping() && !current.process().isPaused()) {
            world.tally.count("planned stops");
            current.stop(() -> {
                if (run == current) {
                    end(current);
                    disk.killProcess();
                }
            });
        }
    }

    @Override
    public String toString() {
        NodeRun current = run;
        String what = current == null ? "down" : current.process().isPaused() ? "paused" : current.toString();
        return machine() + " is " + what;
    }
}
