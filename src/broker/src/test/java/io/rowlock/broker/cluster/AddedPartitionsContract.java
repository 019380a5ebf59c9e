package io.rowlock.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.AddPartitionsResult.Added;
import io.rowlock.broker.cluster.AddPartitionsResult.CountDiffers;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link MetadataStore} promises of partitions that are added to topics, beside the rest of the contract. */
public abstract class AddedPartitionsContract extends ConfigChangesContract {

    private TopicInfo current(UUID id) {
        return Objects.requireNonNull(image().topic(id));
    }

    @Test
    void addedPartitionsComeBehindThoseThatAreThere() {
        NewTopic topic = topic("t", List.of(List.of(1), List.of(2)));
        created(topic);
        registered(node(2, new UUID(1, 1)));
        List<PartitionInfo> before = current(topic.id()).partitions();
        long version = image().version();
        NewPartitions added = new NewPartitions(topic.id(), 2, List.of(List.of(2, 1), List.of(1)));
        assertThat(get(store().addPartitions(List.of(added)))).containsExactly(new Added(version + 1));
        assertThat(current(topic.id()).partitions())
                .containsExactly(
                        before.get(0),
                        before.get(1),
                        new PartitionInfo(2, 2, 0, 0, List.of(2, 1), List.of(2, 1)),
                        new PartitionInfo(3, 1, 0, 0, List.of(1), List.of(1)));
        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.complete()).isFalse();
        assertThat(delta.topics()).containsExactly(current(topic.id()));
    }

    @Test
    void nothingIsAddedWhereTheNumberOfPartitionsChanged() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        NewTopic other = topic("other", List.of(List.of(1)));
        get(store().createTopics(List.of(topic, other)));
        NewPartitions added = new NewPartitions(topic.id(), 1, List.of(List.of(1)));
        NewPartitions toOther = new NewPartitions(other.id(), 1, List.of(List.of(1)));
        long version = image().version();
        assertThat(get(store().addPartitions(List.of(added, added, toOther))))
                .containsExactly(new Added(version + 1), new CountDiffers(2, version + 1), new Added(version + 1));
        assertThat(get(store().addPartitions(List.of(added)))).containsExactly(new CountDiffers(2, version + 1));
        assertThat(get(store().addPartitions(List.of(new NewPartitions(topic.id(), 3, List.of(List.of(1)))))))
                .containsExactly(new CountDiffers(2, version + 1));
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(current(topic.id()).partitions()).hasSize(2);
    }

    @Test
    void nothingIsAddedToATopicThatIsGone() {
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        get(store().deleteTopics(List.of(topic.id())));
        created(topic("t", List.of(List.of(1))));
        long version = image().version();
        assertThat(get(store().addPartitions(List.of(new NewPartitions(topic.id(), 1, List.of(List.of(1)))))))
                .containsExactly(new AddPartitionsResult.Unknown());
        assertThat(get(store().addPartitions(List.of()))).isEmpty();
        assertThat(image().version()).isEqualTo(version);
    }

    @Test
    void ofManyThatAddAtOnceOneDoes() throws Exception {
        NewTopic topic = topic("t", List.of(List.of(1)));
        created(topic);
        List<AddPartitionsResult> results = race(
                8,
                (store, i) -> store.addPartitions(
                                List.of(new NewPartitions(topic.id(), 1, Collections.nCopies(2 + i, List.of(1)))))
                        .thenApply(all -> all.get(0)));
        assertThat(results).filteredOn(Added.class::isInstance).hasSize(1);
        int count = current(topic.id()).partitions().size();
        assertThat(results)
                .filteredOn(CountDiffers.class::isInstance)
                .hasSize(7)
                .allSatisfy(
                        result -> assertThat(((CountDiffers) result).count()).isEqualTo(count));
        assertThat(count).isEqualTo(3 + results.indexOf(only(results)));
    }

    private static AddPartitionsResult only(List<AddPartitionsResult> results) {
        return results.stream().filter(Added.class::isInstance).findFirst().orElseThrow();
    }
}
