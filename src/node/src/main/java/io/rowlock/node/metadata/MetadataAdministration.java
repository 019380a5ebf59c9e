package io.rowlock.node.metadata;

import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.rowlock.broker.cluster.AddPartitionsResult;
import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.CreateTopicResult;
import io.rowlock.broker.cluster.DeleteTopicResult;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.RegistrationResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/** Registrations, topics and settings: each change one blocking transaction that holds the cluster's lock. */
@ApplicationScoped
class MetadataAdministration {

    private static <T> T transaction(MetadataTransaction.Change<T> change) {
        return QuarkusTransaction.requiringNew()
                .call(() -> Panache.getEntityManager()
                        .unwrap(Session.class)
                        .doReturningWork(connection -> change.apply(connection, ClusterLock.take(connection))));
    }

    RegistrationResult register(NodeRegistration registration) {
        return transaction((connection, cluster) -> {
            int id = registration.nodeId();
            NodeEntity node = NodeEntity.findById(id);
            boolean sameDirectory = node == null || node.directoryId.equals(registration.directoryId());
            Duration remaining = Leases.lock(connection, id);
            if (!sameDirectory && remaining.compareTo(Duration.ZERO) > 0) {
                return new RegistrationResult.HeldByOther(remaining);
            }
            long brokerEpoch = cluster.nextBrokerEpoch();
            write(registration, node == null ? new NodeEntity() : node, brokerEpoch);
            Leases.give(connection, id, brokerEpoch, registration.leaseTtl());
            MembershipRows partitions = new MembershipRows(connection, cluster);
            NodeStandings nodes = NodeStandings.read(connection);
            if (!sameDirectory) {
                partitions.lost(id, nodes.activeWithout(Set.of(id)));
            } else if (registration.mayLackAcknowledged()) {
                partitions.mayLack(id, nodes.activeWithout(Set.of(id)));
            } else {
                if (!registration.topicsThatMayLack().isEmpty()) {
                    partitions.mayLackOf(registration.topicsThatMayLack(), id, nodes.activeWithout(Set.of(id)));
                }
                partitions.returned(id, nodes.activeWithout(Set.of()));
            }
            cluster.commitRegistration(connection, new ChangedRows().node(id).partitionsOf(partitions.topics()));
            return new RegistrationResult.Registered(cluster.clusterId(), brokerEpoch, cluster.nextVersion());
        });
    }

    private static void write(NodeRegistration registration, NodeEntity node, long brokerEpoch) {
        node.nodeId = registration.nodeId();
        node.brokerEpoch = brokerEpoch;
        node.directoryId = registration.directoryId();
        node.rack = registration.rack();
        node.state = NodeState.ACTIVE;
        node.advertise(registration.endpoints());
        node.persistAndFlush();
    }

    List<CreateTopicResult> create(List<NewTopic> topics) {
        return transaction((connection, cluster) -> {
            List<CreateTopicResult> results = new ArrayList<>(topics.size());
            Set<UUID> created = new HashSet<>();
            for (NewTopic topic : topics) {
                results.add(create(connection, cluster, topic, created));
            }
            if (!created.isEmpty()) {
                cluster.commit(connection, new ChangedRows().topics(created));
            }
            return results;
        });
    }

    private static CreateTopicResult create(
            Connection connection, ClusterLock cluster, NewTopic topic, Set<UUID> created) throws SQLException {
        if (TopicEntity.findById(topic.id()) != null) {
            long visible = created.contains(topic.id()) ? cluster.nextVersion() : cluster.version();
            return new CreateTopicResult.Created(topic.id(), visible);
        }
        TopicEntity existing = TopicEntity.findCollision(topic.name());
        if (existing != null) {
            return new CreateTopicResult.NameTaken(existing.name);
        }
        TopicEntity entity = new TopicEntity();
        entity.topicId = topic.id();
        entity.name = topic.name();
        entity.internal = topic.internal();
        entity.persist();
        topic.configs()
                .forEach((key, value) ->
                        ConfigEntity.ofTopic(topic.name(), key, value).persist());
        Panache.getEntityManager().flush();
        PartitionRows.insert(connection, cluster, topic.id(), 0, topic.replicas());
        created.add(topic.id());
        return new CreateTopicResult.Created(topic.id(), cluster.nextVersion());
    }

    List<AlterConfigsResult> alter(List<ConfigChange> changes) {
        return transaction((connection, cluster) -> new ConfigRows(connection, cluster).alter(changes));
    }

    List<DeleteTopicResult> delete(List<UUID> topicIds) {
        return transaction((connection, cluster) -> {
            Set<UUID> deleted = new HashSet<>();
            List<DeleteTopicResult> results = new ArrayList<>(topicIds.size());
            for (UUID id : topicIds) {
                TopicEntity topic = TopicEntity.findById(id);
                if (topic == null) {
                    results.add(new DeleteTopicResult.Unknown());
                } else {
                    ConfigEntity.deleteOfTopic(topic.name);
                    topic.delete();
                    Panache.getEntityManager().flush();
                    deleted.add(id);
                    results.add(new DeleteTopicResult.Deleted(cluster.nextVersion()));
                }
            }
            if (!deleted.isEmpty()) {
                cluster.commit(connection, new ChangedRows().deletedTopics(deleted));
            }
            return results;
        });
    }

    List<AddPartitionsResult> addPartitions(List<NewPartitions> additions) {
        return transaction((connection, cluster) -> {
            Set<UUID> changed = new HashSet<>();
            List<AddPartitionsResult> results = new ArrayList<>(additions.size());
            for (NewPartitions added : additions) {
                int count = PartitionRows.count(connection, added.topicId());
                if (count == 0) {
                    results.add(new AddPartitionsResult.Unknown());
                } else if (count != added.countBefore()) {
                    long visible = changed.contains(added.topicId()) ? cluster.nextVersion() : cluster.version();
                    results.add(new AddPartitionsResult.CountDiffers(count, visible));
                } else {
                    PartitionRows.insert(connection, cluster, added.topicId(), count, added.replicas());
                    changed.add(added.topicId());
                    results.add(new AddPartitionsResult.Added(cluster.nextVersion()));
                }
            }
            if (!changed.isEmpty()) {
                cluster.commit(connection, new ChangedRows().topics(changed));
            }
            return results;
        });
    }
}
