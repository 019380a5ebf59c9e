package io.rowlock.protocol;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tagged field (KIP-482) whose meaning is unknown here. */
public final class RawTaggedField {
    private final int tag;
    private final byte[] data;

    /** A field of that tag, which is not negative; the array is not copied. */
    public RawTaggedField(int tag, byte[] data) {
        if (tag < 0) {
            throw new IllegalArgumentException("tag " + tag + " is negative");
        }
        this.tag = tag;
        this.data = data;
    }

    public int tag() {
        return tag;
    }

    public byte[] data() {
        return data;
    }

    /** The given fields in the order in which they must be written; neither null nor the caller's list if unordered. */
    public static List<RawTaggedField> inTagOrder(@Nullable List<RawTaggedField> fields) {
        if (fields == null || fields.isEmpty()) {
            return List.of();
        }
        if (fields.size() == 1) {
            return fields;
        }
        return fields.stream()
                .sorted(Comparator.comparingInt(RawTaggedField::tag))
                .toList();
    }

    /** Equality of lists of which null means empty. */
    public static boolean sameFields(@Nullable List<RawTaggedField> a, @Nullable List<RawTaggedField> b) {
        return inTagOrder(a).equals(inTagOrder(b));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawTaggedField that && tag == that.tag && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * tag + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "RawTaggedField(" + tag + ", " + data.length + " bytes)";
    }
}
