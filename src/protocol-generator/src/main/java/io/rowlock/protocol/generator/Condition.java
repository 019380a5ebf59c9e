package io.rowlock.protocol.generator;

/** Whether the version at hand is in a range, as Java text: {@code true} and {@code false} where it is known. */
record Condition(String java) {
    private static final Condition ALWAYS = new Condition("true");
    private static final Condition NEVER = new Condition("false");

    /** The question for {@code wanted}, asked where the version is known to be in {@code context}. */
    static Condition of(Versions wanted, Versions context) {
        Versions both = wanted.and(context);
        if (both.isEmpty()) {
            return NEVER;
        }
        boolean fromBelow = both.lowest() == context.lowest();
        boolean toAbove = both.highest() == context.highest();
        if (fromBelow && toAbove) {
            return ALWAYS;
        }
        if (both.lowest() == both.highest()) {
            return new Condition("version == " + both.lowest());
        }
        if (fromBelow) {
            return new Condition("version <= " + both.highest());
        }
        if (toAbove) {
            return new Condition("version >= " + both.lowest());
        }
        return new Condition("version >= " + both.lowest() + " && version <= " + both.highest());
    }

    boolean isAlways() {
        return this.equals(ALWAYS);
    }

    boolean isNever() {
        return this.equals(NEVER);
    }
}
