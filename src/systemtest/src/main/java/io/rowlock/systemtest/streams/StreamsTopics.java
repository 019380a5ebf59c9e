package io.rowlock.systemtest.streams;

import java.util.List;

/** The topics of {@link StreamsTopology}, all with the same number of partitions: what goes in, and what comes out. */
public final class StreamsTopics {
    /** Lines of words, without order. */
    public static final String LINES = "lines";

    /** How often each word was seen: an update for each change. */
    public static final String COUNTS = "counts";

    /** Numbers by sensor, with the time at which each was read. */
    public static final String READINGS = "readings";

    /** By sensor and tumbling window the numbers read in it, once the window is closed. */
    public static final String TUMBLING = "tumbling";

    /** By sensor and session the numbers read in it; null for a session that became part of a longer one. */
    public static final String SESSIONS = "sessions";

    /** Table: the name of a customer. */
    public static final String CUSTOMERS = "customers";

    /** Orders by customer. */
    public static final String ORDERS = "orders";

    /** By order the name that its customer had then. */
    public static final String NAMED_ORDERS = "named-orders";

    /** Tables that are joined by their keys, and the left one by what it refers to in the right one. */
    public static final String LEFT = "left";

    public static final String RIGHT = "right";

    /** The outer join of both. */
    public static final String JOINED = "joined";

    /** What the left one refers to, in the right one. */
    public static final String REFERRED = "referred";

    private StreamsTopics() {}

    public static List<String> inputs() {
        return List.of(LINES, READINGS, CUSTOMERS, ORDERS, LEFT, RIGHT);
    }

    public static List<String> outputs() {
        return List.of(COUNTS, TUMBLING, SESSIONS, NAMED_ORDERS, JOINED, REFERRED);
    }
}
