package io.rowlock.node.group;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A list of things as arrays of their properties: what SQL's {@code unnest} makes rows of. */
final class Columns {

    private Columns() {}

    static <T> String[] texts(Collection<T> rows, Function<T, @Nullable String> property) {
        return rows.stream().map(property).toArray(String[]::new);
    }

    static <T> int[] ints(Collection<T> rows, ToIntFunction<T> property) {
        return rows.stream().mapToInt(property).toArray();
    }

    static <T> long[] longs(Collection<T> rows, ToLongFunction<T> property) {
        return rows.stream().mapToLong(property).toArray();
    }

    static short[] shorts(Collection<Integer> numbers) {
        return shorts(List.copyOf(numbers), number -> number);
    }

    static <T> short[] shorts(Collection<T> rows, ToIntFunction<T> property) {
        short[] column = new short[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = (short) property.applyAsInt(row);
        }
        return column;
    }
}
