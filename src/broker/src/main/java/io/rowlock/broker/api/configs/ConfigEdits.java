package io.rowlock.broker.api.configs;

import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.cluster.ConfigChange.Decision.Become;
import io.rowlock.broker.cluster.ConfigChange.Decision.Refuse;
import io.rowlock.broker.cluster.ConfigResource;
import io.rowlock.broker.config.BrokerConfigs;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.InvalidSettingException;
import io.rowlock.broker.config.Setting;
import io.rowlock.broker.config.SettingType;
import io.rowlock.broker.config.TopicConfigs;
import io.rowlock.broker.config.TopicSettings;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What wishes make of the settings that there are; with Kafka's errors and messages. */
final class ConfigEdits {

    /** What broker settings would have to hold together with. */
    private final BrokerSettings atStart;

    private final int self;

    /** @param atStart what was set where this node was started */
    ConfigEdits(BrokerSettings atStart, int self) {
        this.atStart = atStart;
        this.self = self;
    }

    /** Topic settings are checked as a whole: what a wish does not touch must be right, too. */
    ConfigChange.Edit ofTopic(ConfigWish wish) {
        return (current, overrides) -> {
            Map<String, String> next = wish.replaces() ? new TreeMap<>() : new TreeMap<>(current);
            for (ConfigOp op : wish.ops()) {
                Setting setting = TopicConfigs.find(op.name());
                if (isListOp(op) && !isList(setting)) {
                    return new Refuse(
                            ErrorCode.INVALID_CONFIG,
                            "Can't " + op.operationName() + " to key " + op.name() + " because its type is not LIST.");
                }
                apply(op, setting, next);
            }
            try {
                next.replaceAll(TopicConfigs::accept);
                TopicSettings.checkTogether(next, atStart.inForce(overrides, self, unusable -> {}));
                return new Become(next);
            } catch (InvalidSettingException e) {
                return new Refuse(ErrorCode.INVALID_CONFIG, String.valueOf(e.getMessage()));
            }
        };
    }

    /** Of broker settings only what a wish changes is checked: others may be there that only other versions take. */
    ConfigChange.Edit ofBroker(ConfigResource resource, ConfigWish wish) {
        return (current, overrides) -> {
            Map<String, String> next = wish.replaces() ? new TreeMap<>() : new TreeMap<>(current);
            for (ConfigOp op : wish.ops()) {
                Setting setting = BrokerConfigs.find(op.name());
                if (isListOp(op) && !isList(setting)) {
                    return new Refuse(
                            ErrorCode.INVALID_CONFIG,
                            "Config value " + (op.operation() == ConfigOp.APPEND ? "append" : "subtract")
                                    + " is not allowed for config key: " + op.name());
                }
                apply(op, setting, next);
            }
            try {
                return brokerDecision(resource, current, next, overrides);
            } catch (InvalidSettingException e) {
                return new Refuse(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
            }
        };
    }

    private Decision brokerDecision(
            ConfigResource resource, Map<String, String> current, Map<String, String> next, BrokerOverrides overrides) {
        List<String> readOnly = next.keySet().stream()
                .filter(name -> BrokerConfigs.find(name) != null && !BrokerConfigs.isDynamic(name))
                .filter(name -> !current.containsKey(name))
                .toList();
        if (!readOnly.isEmpty()) {
            return new Refuse(ErrorCode.INVALID_REQUEST, "Cannot update these configs dynamically: " + readOnly);
        }
        for (Map.Entry<String, String> entry : next.entrySet()) {
            if (!entry.getValue().equals(current.get(entry.getKey()))) {
                entry.setValue(BrokerConfigs.accept(entry.getKey(), entry.getValue()));
            }
        }
        BrokerOverrides after = ConfigResource.withBrokerConfigs(resource, overrides, next);
        atStart.with(after.understood(unusable -> {}), self);
        return new Become(next);
    }

    private static boolean isListOp(ConfigOp op) {
        return op.operation() == ConfigOp.APPEND || op.operation() == ConfigOp.SUBTRACT;
    }

    private static boolean isList(@Nullable Setting setting) {
        return setting != null && setting.type() == SettingType.LIST;
    }

    private static void apply(ConfigOp op, @Nullable Setting setting, Map<String, String> configs) {
        String value = op.value() == null ? "" : op.value();
        switch (op.operation()) {
            case ConfigOp.SET -> configs.put(op.name(), value);
            case ConfigOp.DELETE -> configs.remove(op.name());
            default -> {
                // Where nothing is set, a list begins with Kafka's default, not with the node's.
                String before = configs.getOrDefault(
                        op.name(), setting == null || setting.defaultValue() == null ? "" : setting.defaultValue());
                List<String> words = new ArrayList<>(words(before));
                if (op.operation() == ConfigOp.APPEND) {
                    words(value).stream().filter(word -> !words.contains(word)).forEach(words::add);
                } else {
                    words.removeAll(words(value));
                }
                configs.put(op.name(), String.join(",", words));
            }
        }
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
