package io.rowlock.broker.fuzz;

import io.rowlock.broker.fuzz.Outcome.Defect;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the log instead of an operator: what it says of closed connections, and what it must never say. */
final class LogWatch extends Handler {
    private static final Pattern CLOSING =
            Pattern.compile("closing the connection of /127\\.0\\.0\\.1:(\\d+)(.*)", Pattern.DOTALL);
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\u2028\u2029\u202e]");
    private static final int LINE_CHARS_MAX = 1_000;

    private final Map<Integer, String> closings = new ConcurrentHashMap<>();
    private final List<Defect> defects = new CopyOnWriteArrayList<>();
    private final Handler[] before;
    private final Logger root = Logger.getLogger("");

    LogWatch() {
        before = root.getHandlers();
        for (Handler handler : before) {
            root.removeHandler(handler);
        }
        root.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
        if (line.getLevel().intValue() < Level.WARNING.intValue()) {
            return;
        }
        String text = new java.util.logging.SimpleFormatter().formatMessage(line);
        Throwable thrown = line.getThrown();
        if (thrown != null || line.getLevel().intValue() > Level.WARNING.intValue() || text.contains("LEAK")) {
            defects.add(
                    thrown == null ? new Defect("the log says: " + text) : new Defect("the log says: " + text, thrown));
        }
        if (text.length() > LINE_CHARS_MAX) {
            defects.add(new Defect("a line of " + text.length() + " characters in the log: " + text.substring(0, 200)));
        }
        if (CONTROL.matcher(text).find()) {
            defects.add(new Defect("a line of the log has control characters: " + text));
        }
        Matcher closing = CLOSING.matcher(text);
        if (closing.matches()) {
            closings.put(Integer.parseInt(closing.group(1)), closing.group(2));
        }
    }

    /** What the log says about the end of the connection from {@code port}, without what is particular to it. */
    String whyClosed(int port, String what) {
        @Nullable String why = closings.remove(port);
        if (why == null) {
            throw new Defect(what + " had its connection closed without a word in the log");
        }
        return why.replaceAll("\\d+", "#");
    }

    List<Defect> defects() {
        return defects;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        root.removeHandler(this);
        for (Handler handler : before) {
            root.addHandler(handler);
        }
    }
}
