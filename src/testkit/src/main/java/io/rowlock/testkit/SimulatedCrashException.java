package io.rowlock.testkit;

import java.io.Serial;

/** The simulated machine died in the middle of an operation; nothing of it works until it is restarted. */
public final class SimulatedCrashException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    SimulatedCrashException() {
        super("the simulated machine is down");
    }
}
