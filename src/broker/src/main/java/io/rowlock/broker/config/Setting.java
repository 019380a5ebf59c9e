package io.rowlock.broker.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The definition of one topic or broker setting, under Kafka's name and with Kafka's default.
 *
 * @param defaultValue in canonical form; null where the value then comes from a coarser setting, as
 *     {@code log.retention.ms} from {@code log.retention.hours}
 * @param sensitive whether its value is never shown
 * @param effective whether it does anything in this version
 * @param workingValues the only values, in canonical form, that do what they say in this version; empty where all do
 * @param missing why {@code workingValues} is not empty; empty where it is
 * @param brokerNames for a topic setting, what it falls back to, in order
 * @param documentation one or two sentences
 */
public record Setting(
        String name,
        SettingType type,
        @Nullable String defaultValue,
        ValueRule rule,
        Importance importance,
        boolean sensitive,
        boolean effective,
        Set<String> workingValues,
        String missing,
        List<BrokerName> brokerNames,
        String documentation) {

    /**
     * A broker setting that is the default of a topic setting.
     *
     * @param unit how many of the topic setting's units one of this setting's is; 1 for what is no number
     */
    public record BrokerName(String name, long unit) {}

    /**
     * The canonical form of a value that someone wrote.
     *
     * @throws InvalidSettingException if it is not of the type, out of bounds, or not supported by this version
     */
    public String accept(String raw) {
        String value = type.canonical(raw);
        String instead = value == null ? type.expected() : rule.instead(value);
        if (value == null || instead != null) {
            throw new InvalidSettingException(
                    name, "Invalid value " + raw + " for configuration " + name + ": write " + instead);
        }
        if (!workingValues.isEmpty() && !workingValues.contains(value)) {
            throw new InvalidSettingException(
                    name, name + "=" + raw + " is not supported by this version: " + missing + "; " + remedy());
        }
        return value;
    }

    /** The documentation, with what this version does not do. */
    public String fullDocumentation() {
        if (workingValues.isEmpty()) {
            return documentation;
        }
        return documentation + (effective ? " Limited in this version: " : " Has no effect in this version: ") + missing
                + ".";
    }

    private String remedy() {
        List<String> words = workingValues.stream()
                .filter(value -> !value.isEmpty())
                .sorted()
                .toList();
        return words.isEmpty() ? "leave it out" : "leave it out, or write " + String.join(" or ", words);
    }

    static Builder named(String name, SettingType type, @Nullable String defaultValue) {
        return new Builder(name, type, defaultValue);
    }

    /**
     * The broker setting that gives this topic setting its default.
     *
     * @param brokerName one of {@link #brokerNames()}
     */
    Setting brokerTwin(BrokerName brokerName, SettingType brokerType, @Nullable String brokerDefault) {
        return new Setting(
                brokerName.name(),
                brokerType,
                brokerDefault,
                rule,
                importance,
                sensitive,
                effective,
                workingValues.stream()
                        .map(value -> inUnits(value, brokerName.unit()))
                        .collect(Collectors.toSet()),
                missing,
                List.of(),
                "The default of the topic setting " + name + ". " + documentation);
    }

    /** A value of a topic setting in a broker setting's unit; negative numbers are marks, the same in every unit. */
    static String inUnits(String value, long unit) {
        return unit == 1 || value.startsWith("-") ? value : Long.toString(Long.parseLong(value) / unit);
    }

    /** Collects the parts of a definition; whatever is not said is usual. */
    static final class Builder {
        private final String name;
        private final SettingType type;
        private final @Nullable String defaultValue;
        private ValueRule rule = ValueRule.ANY;
        private Importance importance = Importance.MEDIUM;
        private boolean effective = true;
        private Set<String> workingValues = Set.of();
        private String missing = "";
        private List<BrokerName> brokerNames = List.of();

        private Builder(String name, SettingType type, @Nullable String defaultValue) {
            this.name = name;
            this.type = type;
            this.defaultValue = defaultValue;
        }

        Builder taking(ValueRule valueRule) {
            this.rule = valueRule;
            return this;
        }

        Builder importance(Importance value) {
            this.importance = value;
            return this;
        }

        /** Does nothing yet, because of {@code reason}; only values under which nothing is what it does are taken. */
        Builder notEffective(String reason, String... harmless) {
            this.effective = false;
            return working(reason, harmless);
        }

        /** Works, but because of {@code reason} only for these values. */
        Builder working(String reason, String... values) {
            this.workingValues = Set.of(values);
            this.missing = reason;
            return this;
        }

        Builder brokerName(String brokerName) {
            this.brokerNames = List.of(new BrokerName(brokerName, 1));
            return this;
        }

        Builder brokerNames(BrokerName... names) {
            this.brokerNames = List.of(names);
            return this;
        }

        Setting saying(String documentation) {
            return new Setting(
                    name,
                    type,
                    defaultValue,
                    rule,
                    importance,
                    false,
                    effective,
                    workingValues,
                    missing,
                    brokerNames,
                    documentation);
        }
    }
}
