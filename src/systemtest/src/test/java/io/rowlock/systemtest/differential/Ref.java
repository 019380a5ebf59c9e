package io.rowlock.systemtest.differential;

/** A value in a request that is another at each broker, or in each run: what it stands for there, the broker's {@link Bindings} know. */
record Ref(Kind kind, String name) {

    enum Kind {
        /** A topic's name in this run. */
        TOPIC,
        /** A group's id in this run. */
        GROUP,
        /** The id that a topic of that name was last seen with. */
        TOPIC_ID,
        /** The member id that a group last gave to an actor, {@code group/actor}. */
        MEMBER_ID,
        /** The generation that a group last told anyone. */
        GENERATION,
        PRODUCER_ID,
        /** The fetch session that a name was last used for. */
        SESSION_ID,
        /** The next epoch of that session. */
        SESSION_EPOCH
    }

    static Ref topic(String name) {
        return new Ref(Kind.TOPIC, name);
    }

    static Ref group(String name) {
        return new Ref(Kind.GROUP, name);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + "(" + name + ")";
    }
}
