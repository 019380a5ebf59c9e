package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.cluster.ConfigResource;
import io.rowlock.broker.config.BrokerOverrides;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Changes settings within one transaction, which holds the cluster's lock: nobody else changes any meanwhile. */
final class ConfigRows {

    private static final String BROKER = "broker";
    /** The name of the rows that hold for all nodes. */
    private static final String ALL_NODES = "";

    private static final String BROKER_CONFIGS = "SELECT name, key, value FROM rowlock.config WHERE kind = 'broker'";

    private static final String TOPIC_ID = "SELECT topic_id FROM rowlock.topic WHERE name = ?";

    private static final String CONFIGS = "SELECT key, value FROM rowlock.config WHERE kind = ? AND name = ?";

    private static final String DELETE = "DELETE FROM rowlock.config WHERE kind = ? AND name = ? AND key = ?";

    private static final String PUT = """
            INSERT INTO rowlock.config (kind, name, key, value)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, name, key) DO UPDATE SET value = excluded.value, changed_at = clock_timestamp()
            """;

    private final Connection connection;
    private final ClusterLock cluster;
    private final Set<UUID> topics = new HashSet<>();
    private final Set<ConfigResource> brokers = new HashSet<>();
    private BrokerOverrides overrides;

    ConfigRows(Connection connection, ClusterLock cluster) throws SQLException {
        this.connection = connection;
        this.cluster = cluster;
        this.overrides = brokerOverrides(connection);
    }

    /** What is set for brokers. A row whose name is no node id is nobody's. */
    static BrokerOverrides brokerOverrides(Connection connection) throws SQLException {
        Map<String, Map<String, String>> byName = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(BROKER_CONFIGS);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                byName.computeIfAbsent(rows.getString(1), name -> new HashMap<>())
                        .put(rows.getString(2), rows.getString(3));
            }
        }
        Map<Integer, Map<String, String>> byNode = new HashMap<>();
        byName.forEach((name, values) -> {
            if (isNodeId(name)) {
                byNode.put(Integer.parseInt(name), values);
            }
        });
        return new BrokerOverrides(byName.getOrDefault(ALL_NODES, Map.of()), byNode);
    }

    /** Whether it is one as {@link #alterBroker} writes it: {@code 07} would take the place of {@code 7}. */
    private static boolean isNodeId(String name) {
        return name.matches("0|[1-9][0-9]{0,9}") && Long.parseLong(name) <= Integer.MAX_VALUE;
    }

    List<AlterConfigsResult> alter(List<ConfigChange> changes) throws SQLException {
        List<AlterConfigsResult> results = new ArrayList<>(changes.size());
        for (ConfigChange change : changes) {
            results.add(
                    change.resource() instanceof ConfigResource.Topic topic
                            ? alterTopic(topic.name(), change.edit())
                            : alterBroker(change));
        }
        if (!topics.isEmpty() || !brokers.isEmpty()) {
            cluster.commit(connection, new ChangedRows().topics(topics).brokerConfigs(!brokers.isEmpty()));
        }
        return results;
    }

    private AlterConfigsResult alterTopic(String name, ConfigChange.Edit edit) throws SQLException {
        UUID id = topicId(name);
        if (id == null) {
            return new AlterConfigsResult.UnknownTopic();
        }
        Map<String, String> current = configs(ConfigEntity.TOPIC, name);
        Decision decision = edit.decide(current, overrides);
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        if (write(ConfigEntity.TOPIC, name, current, ((Decision.Become) decision).configs())) {
            topics.add(id);
        }
        return altered(topics.contains(id));
    }

    private AlterConfigsResult alterBroker(ConfigChange change) throws SQLException {
        ConfigResource resource = change.resource();
        Map<String, String> current = ConfigResource.brokerConfigs(resource, overrides);
        Decision decision = change.edit().decide(current, overrides);
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        Map<String, String> next = ((Decision.Become) decision).configs();
        String name = resource instanceof ConfigResource.Node node ? Integer.toString(node.id()) : ALL_NODES;
        if (write(BROKER, name, current, next)) {
            overrides = ConfigResource.withBrokerConfigs(resource, overrides, next);
            brokers.add(resource);
        }
        return altered(brokers.contains(resource));
    }

    private AlterConfigsResult altered(boolean now) {
        return new AlterConfigsResult.Altered(now ? cluster.nextVersion() : cluster.version());
    }

    private @Nullable UUID topicId(String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(TOPIC_ID)) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getObject(1, UUID.class) : null;
            }
        }
    }

    private Map<String, String> configs(String kind, String name) throws SQLException {
        Map<String, String> configs = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(CONFIGS)) {
            select.setString(1, kind);
            select.setString(2, name);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    configs.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return configs;
    }

    /** Returns whether anything is different now. */
    private boolean write(String kind, String name, Map<String, String> current, Map<String, String> next)
            throws SQLException {
        if (next.equals(current)) {
            return false;
        }
        try (PreparedStatement delete = connection.prepareStatement(DELETE);
                PreparedStatement put = connection.prepareStatement(PUT)) {
            for (String key : current.keySet()) {
                if (!next.containsKey(key)) {
                    addBatch(delete, kind, name, key);
                }
            }
            for (Map.Entry<String, String> entry : next.entrySet()) {
                if (!entry.getValue().equals(current.get(entry.getKey()))) {
                    addBatch(put, kind, name, entry.getKey(), entry.getValue());
                }
            }
            delete.executeBatch();
            put.executeBatch();
        }
        return true;
    }

    private static void addBatch(PreparedStatement statement, String... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setString(i + 1, values[i]);
        }
        statement.addBatch();
    }
}
