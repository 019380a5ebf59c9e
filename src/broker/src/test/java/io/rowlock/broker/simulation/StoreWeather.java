package io.rowlock.broker.simulation;

import io.rowlock.testkit.SimRandom;
import java.util.HashSet;
import java.util.Set;

/** How the store is at the moment. */
final class StoreWeather {
    private static final int STALL_MILLIS_MAX = 3_000;

    private final Set<Integer> cutOff = new HashSet<>();
    private boolean away;
    private int stallsPerMille;
    private int lostPerMille;

    /** Nobody reaches it. */
    void setAway(boolean isAway) {
        away = isAway;
    }

    /** One node does not reach it. */
    void cutOff(int nodeId) {
        cutOff.add(nodeId);
    }

    void reach(int nodeId) {
        cutOff.remove(nodeId);
    }

    void setStalls(int perMille) {
        stallsPerMille = perMille;
    }

    void setLosses(int perMille) {
        lostPerMille = perMille;
    }

    void clear() {
        away = false;
        cutOff.clear();
        stallsPerMille = 0;
        lostPerMille = 0;
    }

    boolean isAwayFor(int nodeId) {
        return away || cutOff.contains(nodeId);
    }

    int lostQuestionsPerMille() {
        return lostPerMille;
    }

    int lostAnswersPerMille() {
        return lostPerMille;
    }

    /** How long this question takes longer than usual. */
    long stallMillis(SimRandom random) {
        return random.chance(stallsPerMille) ? 1 + random.nextInt(STALL_MILLIS_MAX) : 0;
    }
}
