package io.rowlock.node.config;

import io.rowlock.broker.config.BrokerConfigs;
import io.rowlock.broker.config.DidYouMean;
import io.rowlock.broker.config.InvalidSettingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every key below {@code rowlock.} that means something, and what to say of the others. */
final class KnownKeys {

    static final String ROOT = "rowlock.";
    static final String BROKER = "rowlock.broker.";
    static final String LISTENERS = "rowlock.listeners.";

    private static final String LISTENER_KEYS = "host|port|advertised-host|advertised-port|protocol";
    private static final Pattern LISTENER = Pattern.compile("rowlock\\.listeners\\.[^.]+\\.(" + LISTENER_KEYS + ")");

    private static final Set<String> FIXED = Set.of(
            "rowlock.node-id",
            "rowlock.data-dir",
            "rowlock.rack",
            "rowlock.lease.ttl",
            "rowlock.log.durability",
            "rowlock.log.open-files",
            "rowlock.log.disk-reserve");

    private KnownKeys() {}

    static boolean isKnown(String key) {
        return FIXED.contains(key)
                || LISTENER.matcher(key).matches()
                || (key.startsWith(BROKER) && BrokerConfigs.find(key.substring(BROKER.length())) != null);
    }

    /** What is wrong with a key that is not known, with the nearest one that is: one sentence. */
    static String complaint(String key, String source) {
        if (key.startsWith(BROKER)) {
            return key + ": " + brokerComplaint(key.substring(BROKER.length())) + " (" + source + ").";
        }
        return "Unknown setting " + key + DidYouMean.hint(key, neighbours(key)) + " (" + source + ").";
    }

    private static String brokerComplaint(String name) {
        try {
            BrokerConfigs.accept(name, "");
            throw new IllegalArgumentException("known after all: " + name);
        } catch (InvalidSettingException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static Collection<String> neighbours(String key) {
        Set<String> keys = new TreeSet<>(FIXED);
        BrokerConfigs.all().forEach(setting -> keys.add(BROKER + setting.name()));
        List<String> listeners = new ArrayList<>(List.of("client", ListenerSettings.PEER));
        String[] parts = key.split("\\.", -1);
        if (key.startsWith(LISTENERS) && parts.length > 3) {
            listeners.add(parts[2]);
        }
        for (String listener : listeners) {
            for (String last : LISTENER_KEYS.split("\\|")) {
                keys.add(LISTENERS + listener + "." + last);
            }
        }
        return keys;
    }

    /**
     * The known key that an environment variable sets, or null. Any run of other characters than letters and digits is an
     * underscore there, so the key is found by comparing, not by translating back.
     */
    static @Nullable String ofVariable(String variable) {
        for (String key : neighbours("")) {
            if (toVariable(key).equals(variable)) {
                return key;
            }
        }
        Pattern listener = Pattern.compile("ROWLOCK_LISTENERS_.+_("
                + toVariable(LISTENER_KEYS.replace('|', '\u0001')).replace('\u0001', '|') + ")");
        return listener.matcher(variable).matches() ? variable : null;
    }

    static String toVariable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9\u0001]", "_");
    }
}
