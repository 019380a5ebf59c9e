package io.rowlock.broker.api.configs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Loggers {@code root}, {@code io.rowlock} and {@code io.rowlock.log}, of which only {@code root} has a level at first. */
public final class MapLogLevels implements LogLevels {

    private static final String[] LOGGERS = {"io.rowlock.log", "io.rowlock", ROOT};
    private final ConcurrentMap<String, Level> own = new ConcurrentHashMap<>(Map.of(ROOT, Level.INFO));

    @Override
    public Map<String, Level> inForce() {
        Map<String, Level> levels = new ConcurrentHashMap<>();
        for (int i = 0; i < LOGGERS.length; i++) {
            for (int j = i; j < LOGGERS.length && !levels.containsKey(LOGGERS[i]); j++) {
                Level level = own.get(LOGGERS[j]);
                if (level != null) {
                    levels.put(LOGGERS[i], level);
                }
            }
        }
        return levels;
    }

    @Override
    public void set(String logger, Level level) {
        own.put(logger, level);
    }

    @Override
    public void unset(String logger) {
        own.remove(logger);
    }
}
