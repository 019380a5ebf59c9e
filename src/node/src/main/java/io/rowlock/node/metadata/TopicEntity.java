package io.rowlock.node.metadata;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A topic; its partitions change too often to be entities and are written by plain SQL. */
@Entity
@Table(name = "topic")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields.
public class TopicEntity extends PanacheEntityBase {

    @Id
    @Column(name = "topic_id")
    public UUID topicId;

    public String name;

    public boolean internal;

    /** The topic whose name is {@code name}, or collides with it as a metric's name: at most one. */
    static @Nullable TopicEntity findCollision(String name) {
        return TopicEntity.<TopicEntity>find("replace(name, '.', '_') = replace(?1, '.', '_')", name)
                .firstResult();
    }
}
