package io.rowlock.protocol.generator;

/** A range of versions, both ends included; empty when lowest is above highest. */
record Versions(int lowest, int highest) {
    static final Versions NONE = new Versions(0, -1);
    static final Versions ALL = new Versions(0, Short.MAX_VALUE);

    /** Reads the schemas' notation: {@code none}, {@code 3}, {@code 3-5} or {@code 3+}. */
    static Versions parse(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        try {
            if (text.endsWith("+")) {
                return new Versions(Integer.parseInt(text.substring(0, text.length() - 1)), Short.MAX_VALUE);
            }
            int dash = text.indexOf('-');
            if (dash < 0) {
                int only = Integer.parseInt(text);
                return new Versions(only, only);
            }
            return new Versions(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
        } catch (NumberFormatException e) {
            throw new SchemaException("not a range of versions: \"" + text + "\"");
        }
    }

    boolean isEmpty() {
        return lowest > highest;
    }

    boolean contains(int version) {
        return lowest <= version && version <= highest;
    }

    boolean contains(Versions other) {
        return other.isEmpty() || (lowest <= other.lowest && other.highest <= highest);
    }

    Versions and(Versions other) {
        Versions both = new Versions(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
        return both.isEmpty() ? NONE : both;
    }
}
