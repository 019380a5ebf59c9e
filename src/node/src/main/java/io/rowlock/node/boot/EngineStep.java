package io.rowlock.node.boot;

import io.rowlock.net.ListenException;
import java.util.function.Supplier;

/** Starts to serve clients. */
final class EngineStep implements Step {

    private final Engine engine;
    private final Supplier<Engine.Context> context;

    /** @param context asked when the step begins */
    EngineStep(Engine engine, Supplier<Engine.Context> context) {
        this.engine = engine;
        this.context = context;
    }

    @Override
    public String name() {
        return "engine";
    }

    @Override
    public void start() throws Exception {
        try {
            engine.start(context.get());
        } catch (ListenException e) {
            String message = String.valueOf(e.getMessage());
            throw new StartupException(
                    ExitCode.ADDRESS,
                    "Rowlock " + message + ": stop what listens there, or set another host or port below"
                            + " rowlock.listeners.",
                    e);
        }
    }

    @Override
    public void stop() throws Exception {
        engine.stop();
    }
}
