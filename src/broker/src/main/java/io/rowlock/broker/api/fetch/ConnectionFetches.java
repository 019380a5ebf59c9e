package io.rowlock.broker.api.fetch;

import io.rowlock.ports.RandomSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fetches of one connection: its sessions, and what is under way. All end with the connection, so no other reaches its
 * sessions and none outlives its client. Confined to the connection's event loop.
 */
final class ConnectionFetches {

    /** A client has one per broker; the rest is for those that start anew without ending the old one. */
    private static final int SESSIONS_MAX = 4;

    private final Map<Integer, FetchSession> sessions = new LinkedHashMap<>();
    private final Set<PendingFetch> underWay = new HashSet<>();
    /** A replica asks again before it is answered, so that what it acknowledges need not wait, but not again and again. */
    private static final int TURNS_MAX = 4;

    private final SessionSlots slots;
    private final RandomSource random;
    private final boolean forReplica;
    /** Fetches in their order, the first of which is under way. */
    private final Deque<Runnable> turns = new ArrayDeque<>();

    ConnectionFetches(SessionSlots slots, RandomSource random, boolean forReplica) {
        this.slots = slots;
        this.random = random;
        this.forReplica = forReplica;
    }

    @Nullable
    FetchSession session(int id) {
        return sessions.get(id);
    }

    /** Starts a session, ending the connection's oldest if it has too many; null if the node has too many. */
    @Nullable
    FetchSession startSession(boolean byTopicId) {
        if (sessions.size() == SESSIONS_MAX) {
            endSession(sessions.keySet().iterator().next());
        }
        if (!slots.take()) {
            return null;
        }
        int id;
        do {
            id = 1 + random.nextInt(Integer.MAX_VALUE - 1);
        } while (sessions.containsKey(id));
        FetchSession session = new FetchSession(id, byTopicId, new FetchInterest(slots, forReplica));
        sessions.put(id, session);
        return session;
    }

    void endSession(int id) {
        FetchSession session = sessions.remove(id);
        if (session != null) {
            session.interest().forgetAll();
            slots.giveBack();
        }
    }

    /**
     * Starts a fetch once those before it are answered, which wait for nothing more; {@link #turnOver} must follow when it is
     * answered.
     *
     * @throws IllegalStateException if too many wait
     */
    void inTurn(Runnable fetch) {
        if (turns.size() == TURNS_MAX) {
            throw new IllegalStateException("a replica has more than " + TURNS_MAX + " fetches under way");
        }
        turns.add(fetch);
        if (turns.size() == 1) {
            fetch.run();
        } else {
            hasten();
        }
    }

    void turnOver() {
        turns.poll();
        Runnable next = turns.peek();
        if (next != null) {
            boolean last = turns.size() == 1;
            next.run();
            if (!last) {
                hasten();
            }
        }
    }

    private void hasten() {
        List.copyOf(underWay).forEach(PendingFetch::hasten);
    }

    void began(PendingFetch fetch) {
        underWay.add(fetch);
    }

    void ended(PendingFetch fetch) {
        underWay.remove(fetch);
    }

    /** The connection is gone. */
    void close() {
        List.copyOf(underWay).forEach(PendingFetch::cancel);
        underWay.clear();
        turns.clear();
        List.copyOf(sessions.keySet()).forEach(this::endSession);
    }
}
