package io.rowlock.node.metadata;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/** One setting that differs from its default. */
@Entity
@Table(name = "config")
@IdClass(ConfigEntity.Key.class)
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields.
public class ConfigEntity extends PanacheEntityBase {

    static final String TOPIC = "topic";

    /** What a setting is found by. */
    public record Key(String kind, String name, String key) implements Serializable {}

    @Id
    public String kind;

    @Id
    public String name;

    @Id
    public String key;

    public String value;

    static ConfigEntity ofTopic(String topic, String key, String value) {
        ConfigEntity config = new ConfigEntity();
        config.kind = TOPIC;
        config.name = topic;
        config.key = key;
        config.value = value;
        return config;
    }

    static long deleteOfTopic(String topic) {
        return delete("kind = ?1 and name = ?2", TOPIC, topic);
    }
}
