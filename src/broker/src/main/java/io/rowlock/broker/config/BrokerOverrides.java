package io.rowlock.broker.config;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The broker settings that were set at run time, under Kafka's names. Immutable.
 *
 * @param allNodes what every node has that does not have its own
 * @param byNode what single nodes have, by their ids; none of the maps is empty
 */
public record BrokerOverrides(Map<String, String> allNodes, Map<Integer, Map<String, String>> byNode) {

    public static final BrokerOverrides NONE = new BrokerOverrides(Map.of(), Map.of());

    public BrokerOverrides {
        allNodes = Map.copyOf(allNodes);
        Map<Integer, Map<String, String>> copies = new HashMap<>();
        byNode.forEach((node, values) -> {
            if (!values.isEmpty()) {
                copies.put(node, Map.copyOf(values));
            }
        });
        byNode = Map.copyOf(copies);
    }

    /** What is set for one node alone. */
    public Map<String, String> ofNode(int nodeId) {
        return byNode.getOrDefault(nodeId, Map.of());
    }

    /**
     * Those of them that this version can use, in canonical form. Others may be there that another version took.
     *
     * @param unusable hears of the others
     */
    public BrokerOverrides understood(Consumer<InvalidSettingException> unusable) {
        Map<Integer, Map<String, String>> nodes = new HashMap<>();
        byNode.forEach((node, values) -> nodes.put(node, understood(values, unusable)));
        return new BrokerOverrides(understood(allNodes, unusable), nodes);
    }

    private static Map<String, String> understood(
            Map<String, String> values, Consumer<InvalidSettingException> unusable) {
        Map<String, String> understood = new TreeMap<>();
        new TreeMap<>(values).forEach((name, value) -> {
            try {
                String accepted = BrokerConfigs.accept(name, value);
                if (!BrokerConfigs.isDynamic(name)) {
                    throw new InvalidSettingException(name, name + " cannot be changed at run time");
                }
                understood.put(name, accepted);
            } catch (InvalidSettingException e) {
                unusable.accept(e);
            }
        });
        return understood;
    }

    /** These, with other values for all nodes. */
    public BrokerOverrides withAllNodes(Map<String, String> values) {
        return new BrokerOverrides(values, byNode);
    }

    /** These, with other values for one node alone. */
    public BrokerOverrides withNode(int nodeId, Map<String, String> values) {
        Map<Integer, Map<String, String>> changed = new HashMap<>(byNode);
        changed.put(nodeId, values);
        return new BrokerOverrides(allNodes, changed);
    }
}
