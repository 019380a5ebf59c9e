package io.rowlock.broker.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value that a setting has, and why.
 *
 * @param value in canonical form; null where nothing is set and the setting has no default of its own
 * @param candidates all values there are for it, under their own names; the first decides, unless there is none
 */
public record SettingValue(Setting setting, @Nullable String value, List<Candidate> candidates) {

    /** A value that is set, or is the default, under one of a setting's names. */
    public record Candidate(String name, String value, SettingSource source) {}

    public SettingValue {
        candidates = List.copyOf(candidates);
    }

    public SettingSource source() {
        return candidates.isEmpty()
                ? SettingSource.DEFAULT_CONFIG
                : candidates.get(0).source();
    }
}
