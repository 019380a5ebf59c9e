package io.rowlock.node.boot;

import io.rowlock.broker.api.configs.LogLevels;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jboss.logmanager.LogContext;

/** The loggers of JBoss's log manager, which all logging of the node goes through. */
final class ProcessLogLevels implements LogLevels {

    private static final System.Logger LOG = System.getLogger(ProcessLogLevels.class.getName());

    /** How the log manager calls the root. */
    private static final String ROOT_NAME = "";

    private final LogContext context = LogContext.getLogContext();

    /** Those that were given a level: the log manager forgets loggers that nobody holds, and their levels with them. */
    private final Map<String, Logger> changed = new ConcurrentHashMap<>();

    @Override
    public Map<String, Level> inForce() {
        Map<String, Level> levels = new TreeMap<>();
        levels.put(ROOT, nearest(context.getLogger(ROOT_NAME)));
        List<String> names = Collections.list(context.getLoggerNames());
        for (String name : names) {
            Logger logger = context.getLoggerIfExists(name);
            if (logger != null && !name.isEmpty()) {
                levels.put(name, nearest(logger));
            }
        }
        return levels;
    }

    @Override
    public void set(String logger, Level level) {
        Logger found = context.getLogger(inContext(logger));
        changed.put(logger, found);
        found.setLevel(level(level));
        LOG.log(System.Logger.Level.WARNING, "Updated the log level of {0} to {1}", logger, level);
    }

    @Override
    public void unset(String logger) {
        context.getLogger(inContext(logger)).setLevel(null);
        changed.remove(logger);
        LOG.log(System.Logger.Level.WARNING, "Unset the log level of {0}", logger);
    }

    private static String inContext(String logger) {
        return logger.equals(ROOT) ? ROOT_NAME : logger;
    }

    private static java.util.logging.Level level(Level level) {
        return switch (level) {
            case FATAL -> org.jboss.logmanager.Level.FATAL;
            case ERROR -> org.jboss.logmanager.Level.ERROR;
            case WARN -> org.jboss.logmanager.Level.WARN;
            case INFO -> org.jboss.logmanager.Level.INFO;
            case DEBUG -> org.jboss.logmanager.Level.DEBUG;
            case TRACE -> org.jboss.logmanager.Level.TRACE;
        };
    }

    /** Java has levels between Kafka's, and beyond them: what a logger lets through is what counts. */
    private static Level nearest(Logger logger) {
        Level finest = Level.FATAL;
        for (Level level : Level.values()) {
            if (logger.isLoggable(level(level))) {
                finest = level;
            }
        }
        return finest;
    }
}
