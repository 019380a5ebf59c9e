package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import java.util.Map;

/** What has settings of its own that the metadata store keeps. */
public sealed interface ConfigResource {

    /** A topic, whichever has the name when the store looks. */
    record Topic(String name) implements ConfigResource {}

    /** What one node has for itself; it need not be registered (yet). */
    record Node(int id) implements ConfigResource {}

    /** What every node has that has not its own. */
    record AllNodes() implements ConfigResource {}

    /** What {@code overrides} hold for {@code resource}; nothing for a topic. */
    static Map<String, String> brokerConfigs(ConfigResource resource, BrokerOverrides overrides) {
        if (resource instanceof Node node) {
            return overrides.ofNode(node.id());
        }
        return resource instanceof AllNodes ? overrides.allNodes() : Map.of();
    }

    /** {@code overrides} with {@code values} for {@code resource}, which is no topic. */
    static BrokerOverrides withBrokerConfigs(
            ConfigResource resource, BrokerOverrides overrides, Map<String, String> values) {
        return resource instanceof Node node ? overrides.withNode(node.id(), values) : overrides.withAllNodes(values);
    }
}
