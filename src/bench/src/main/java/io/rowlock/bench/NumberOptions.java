package io.rowlock.bench;

import java.util.HashMap;
import java.util.Map;

/** A command line of options that are all positive numbers: {@code --name number}. */
final class NumberOptions {
    private final Map<String, Double> values;

    private NumberOptions(Map<String, Double> values) {
        this.values = values;
    }

    /**
     * Reads the options.
     *
     * @param defaults every option that there is, with what holds where it is not given
     */
    static NumberOptions parse(Map<String, Double> defaults, String... arguments) {
        Map<String, Double> values = new HashMap<>(defaults);
        for (int i = 0; i < arguments.length; i += 2) {
            if (!defaults.containsKey(arguments[i])) {
                throw new UsageException("unknown option " + arguments[i]);
            }
            if (i + 1 == arguments.length) {
                throw new UsageException(arguments[i] + " needs a value");
            }
            values.put(arguments[i], positive(arguments[i], arguments[i + 1]));
        }
        return new NumberOptions(values);
    }

    static double positive(String option, String text) {
        try {
            double value = Double.parseDouble(text);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new UsageException(option + " must be a number, not " + text);
        }
        throw new UsageException(option + " must be positive, not " + text);
    }

    double number(String option) {
        Double value = values.get(option);
        if (value == null) {
            throw new IllegalStateException("there is no option " + option);
        }
        return value;
    }

    /** The value, rounded up. */
    int whole(String option) {
        return (int) Math.ceil(number(option));
    }
}
