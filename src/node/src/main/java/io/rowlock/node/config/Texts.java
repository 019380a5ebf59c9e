package io.rowlock.node.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads values, and says what to write where it cannot. */
final class Texts {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private static final Pattern BYTES = Pattern.compile("(\\d{1,12})([KMGT]?)");

    private Texts() {}

    static int wholeNumber(String key, String value, int min, int max) {
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same answer as a number out of range.
        }
        throw wrong(key, value, "a whole number from " + min + " to " + max);
    }

    static Duration duration(String key, String value, Duration min, Duration max) {
        Matcher matcher = DURATION.matcher(value.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
            if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
                return duration;
            }
        }
        throw wrong(
                key, value, "a time such as 6s or 1500ms, from " + min.toSeconds() + "s to " + max.toSeconds() + "s");
    }

    /** Units are powers of 1024, as in Quarkus. */
    static long bytes(String key, String value) {
        Matcher matcher = BYTES.matcher(value.strip().toUpperCase(Locale.ROOT));
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            int shift = 10 * " KMGT".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
            if (amount <= (Long.MAX_VALUE >> shift)) {
                return amount << shift;
            }
        }
        throw wrong(key, value, "a number of bytes such as 1G, 512M or 0");
    }

    static <E extends Enum<E>> E oneOf(String key, String value, Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(value.strip())) {
                return constant;
            }
        }
        String names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw wrong(key, value, "one of " + names);
    }

    static InvalidConfigException wrong(String key, String value, String instead) {
        return new InvalidConfigException(key + " is '" + value + "': write " + instead + ".");
    }
}
