package io.rowlock.node.boot;

import io.rowlock.net.ListenException;
import io.rowlock.node.config.ListenerSettings;
import io.rowlock.node.config.NodeSettings;
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
        Engine.Context world = context.get();
        try {
            engine.start(world);
        } catch (ListenException e) {
            String key = "rowlock.listeners." + nameOf(world.settings(), e.port());
            throw new StartupException(
                    ExitCode.ADDRESS,
                    "Rowlock " + e.getMessage() + ": stop what listens there, or set another " + key + ".port (or "
                            + key + ".host).",
                    e);
        }
    }

    private static String nameOf(NodeSettings settings, int port) {
        return settings.listeners().stream()
                .filter(listener -> listener.port() == port)
                .map(ListenerSettings::name)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void stop() throws Exception {
        engine.stop();
    }
}
