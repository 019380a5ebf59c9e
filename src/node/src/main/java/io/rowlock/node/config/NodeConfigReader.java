package io.rowlock.node.config;

import io.quarkus.runtime.configuration.ConfigUtils;
import io.rowlock.broker.config.BrokerConfigs;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.InvalidSettingException;
import io.rowlock.broker.config.Setting;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Reads the settings from all the places that any Quarkus application reads, before Quarkus starts. */
public final class NodeConfigReader {

    private static final String URL = "quarkus.datasource.jdbc.url";

    /** A source of properties names its file in the middle of a Java object's description. */
    private static final Pattern FILE = Pattern.compile("\\[source=(?:file:)?([^\\]]+)]");

    /** What was read. */
    public record Result(NodeSettings settings, List<String> warnings) {}

    private NodeConfigReader() {}

    /** @throws InvalidConfigException with one sentence about the first thing that is wrong */
    public static Result read() {
        return read(withMappings(ConfigUtils.emptyConfigBuilder().addDiscoveredSources()));
    }

    static SmallRyeConfig withMappings(SmallRyeConfigBuilder sources) {
        return sources.withDefaultValue("rowlock.listeners.client.port", "9092")
                .withDefaultValue("rowlock.listeners.peer.port", "9093")
                .withMapping(NodeConfig.class)
                .withMapping(ListenersConfig.class)
                .withMapping(LeaseConfig.class)
                .withMapping(LogConfig.class)
                // Unknown keys are found below, in words that name the known one.
                .withValidateUnknown(false)
                .build();
    }

    static Result read(SmallRyeConfig config) {
        List<String> warnings = new ArrayList<>();
        for (ConfigSource source : config.getConfigSources()) {
            refuseUnknown(source, warnings);
        }
        NodeSettings settings = NodeSettings.of(
                config.getConfigMapping(NodeConfig.class),
                config.getConfigMapping(ListenersConfig.class),
                config.getConfigMapping(LeaseConfig.class),
                config.getConfigMapping(LogConfig.class),
                brokerSettings(config),
                config.getOptionalValue(URL, String.class)
                        .filter(url -> !url.isBlank())
                        .orElse(null));
        return new Result(settings, warnings);
    }

    private static void refuseUnknown(ConfigSource source, List<String> warnings) {
        for (String name : new TreeSet<>(source.getPropertyNames())) {
            if (source instanceof EnvConfigSource) {
                if (name.startsWith("ROWLOCK_") && KnownKeys.ofVariable(name) == null) {
                    warnings.add("The environment variable " + name + " means nothing to Rowlock and is left alone");
                }
            } else {
                String key = name.startsWith("%") ? name.substring(name.indexOf('.') + 1) : name;
                if (key.startsWith(KnownKeys.ROOT) && !KnownKeys.isKnown(key)) {
                    throw new InvalidConfigException(KnownKeys.complaint(key, describe(source)));
                }
            }
        }
    }

    private static String describe(ConfigSource source) {
        String name = source.getName();
        if (name.startsWith("SysPropConfigSource")) {
            return "given on the command line";
        }
        Matcher file = FILE.matcher(name);
        return "found in " + (file.find() ? file.group(1) : name);
    }

    private static BrokerSettings brokerSettings(SmallRyeConfig config) {
        Map<String, String> values = new HashMap<>();
        for (Setting setting : BrokerConfigs.all()) {
            config.getOptionalValue(KnownKeys.BROKER + setting.name(), String.class)
                    .ifPresent(value -> values.put(setting.name(), value));
        }
        try {
            return BrokerSettings.of(values);
        } catch (InvalidSettingException e) {
            String message = String.valueOf(e.getMessage());
            throw new InvalidConfigException(
                    KnownKeys.BROKER + e.settingName() + ": " + message + (message.endsWith(".") ? "" : "."));
        } catch (NoSuchElementException e) {
            throw new InvalidConfigException("A setting refers to another that does not exist: " + e.getMessage());
        }
    }
}
