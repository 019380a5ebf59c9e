package io.rowlock.broker.simulation;

import io.rowlock.broker.BrokerThreads;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.testkit.SimOwner;
import io.rowlock.testkit.SimProcess;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

/** What stands for the threads of a simulated process: each task runs a little later, as chance decides. */
final class SimThreads {
    private static final int OWNER_MICROS = 200;
    private static final int DISK_MICROS = 2_000;
    private static final int SYNC_MICROS = 6_000;

    private SimThreads() {}

    static BrokerThreads of(SimProcess process, SimRandom random) {
        Executor disk = pool(process, random, DISK_MICROS);
        return new BrokerThreads(
                List.of(new Owner(process, random), new Owner(process, random)),
                pool(process, random, SYNC_MICROS),
                disk,
                disk,
                disk,
                disk,
                disk);
    }

    private static Executor pool(SimProcess process, SimRandom random, int microsMax) {
        return task -> process.schedule(micros(random, microsMax), task);
    }

    private static Duration micros(SimRandom random, int max) {
        return Duration.ofNanos(1000L * random.nextInt(max));
    }

    private static final class Owner implements OwnerExecutor {
        private final SimProcess process;
        private final SimRandom random;
        private final SimOwner tasks = new SimOwner();
        private boolean due;

        Owner(SimProcess process, SimRandom random) {
            this.process = process;
            this.random = random;
        }

        @Override
        public void execute(Runnable task) {
            tasks.execute(task);
            if (!due) {
                due = true;
                process.schedule(micros(random, OWNER_MICROS), this::run);
            }
        }

        private void run() {
            due = false;
            tasks.runAll();
        }

        @Override
        public boolean isOwner() {
            return tasks.isOwner();
        }

        @Override
        public void afterQueued(Runnable task) {
            tasks.afterQueued(task);
        }
    }
}
