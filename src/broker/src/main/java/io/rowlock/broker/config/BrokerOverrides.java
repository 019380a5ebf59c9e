package io.rowlock.broker.config;

import java.util.HashMap;
import java.util.Map;

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
