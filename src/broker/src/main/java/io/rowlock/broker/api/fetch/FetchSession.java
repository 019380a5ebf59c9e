package io.rowlock.broker.api.fetch;

/**
 * An incremental fetch session (KIP-227): the partitions a client follows, and the epoch that tells a request that was lost
 * from one that was repeated. Confined to the event loop of its connection.
 */
final class FetchSession {

    private final int id;
    private final boolean byTopicId;
    private final FetchInterest interest;
    private int nextEpoch = 1;

    /**
     * @param byTopicId whether the client names topics by id, which may not change within a session
     * @param interest of no partition yet
     */
    FetchSession(int id, boolean byTopicId, FetchInterest interest) {
        this.interest = interest;
        this.id = id;
        this.byTopicId = byTopicId;
    }

    int id() {
        return id;
    }

    boolean byTopicId() {
        return byTopicId;
    }

    FetchInterest interest() {
        return interest;
    }

    int nextEpoch() {
        return nextEpoch;
    }

    void advanceEpoch() {
        // 0 starts a session and negative numbers end one.
        nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
    }
}
