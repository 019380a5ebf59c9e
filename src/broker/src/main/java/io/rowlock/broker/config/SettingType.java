package io.rowlock.broker.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The type of a setting's value, with Kafka's code for it in DescribeConfigs. */
public enum SettingType {
    BOOLEAN(1, "true or false"),
    STRING(2, "a word"),
    INT(3, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE),
    LONG(5, "a whole number"),
    DOUBLE(6, "a number such as 0.5"),
    LIST(7, "words separated by commas");

    private final byte code;
    private final String expected;

    SettingType(int code, String expected) {
        this.code = (byte) code;
        this.expected = expected;
    }

    public byte code() {
        return code;
    }

    /** What to write for this type, as the end of a sentence that begins with "write". */
    String expected() {
        return expected;
    }

    /** The one spelling under which equal values are equal, or null if {@code raw} is not of this type. */
    @Nullable
    String canonical(String raw) {
        String value = raw.trim();
        try {
            return switch (this) {
                case BOOLEAN -> canonicalBoolean(value);
                case STRING -> value;
                case INT -> Integer.toString(Integer.parseInt(value));
                case LONG -> Long.toString(Long.parseLong(value));
                case DOUBLE -> canonicalDouble(value);
                case LIST ->
                    Arrays.stream(value.split(",", -1)).map(String::trim).collect(Collectors.joining(","));
            };
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static @Nullable String canonicalBoolean(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        return lower.equals("true") || lower.equals("false") ? lower : null;
    }

    private static @Nullable String canonicalDouble(String value) {
        double number = Double.parseDouble(value);
        return Double.isFinite(number) ? Double.toString(number) : null;
    }
}
