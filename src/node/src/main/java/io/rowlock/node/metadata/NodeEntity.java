package io.rowlock.node.metadata;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.NodeState;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A registered node; the columns are described in the migration. */
@Entity
@Table(name = "node")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields.
public class NodeEntity extends PanacheEntityBase {

    /** Where others reach one listener. */
    @Embeddable
    public record Address(String host, int port, String protocol) {}

    @Id
    @Column(name = "node_id")
    public int nodeId;

    @Column(name = "broker_epoch")
    public long brokerEpoch;

    @Column(name = "directory_id")
    public UUID directoryId;

    public @Nullable String rack;

    @Enumerated(EnumType.STRING)
    public NodeState state;

    @ElementCollection
    @CollectionTable(name = "node_endpoint", joinColumns = @JoinColumn(name = "node_id"))
    @MapKeyColumn(name = "listener")
    public Map<String, Address> endpoints = new HashMap<>();

    /** Makes {@link #endpoints} say the same as {@code advertised}. */
    void advertise(Map<String, Endpoint> advertised) {
        endpoints.keySet().retainAll(advertised.keySet());
        advertised.forEach((listener, endpoint) ->
                endpoints.put(listener, new Address(endpoint.host(), endpoint.port(), endpoint.protocol())));
    }
}
