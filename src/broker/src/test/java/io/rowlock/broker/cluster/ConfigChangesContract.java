package io.rowlock.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.AlterConfigsResult.Altered;
import io.rowlock.broker.cluster.AlterConfigsResult.Refused;
import io.rowlock.broker.cluster.AlterConfigsResult.UnknownTopic;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link MetadataStore} promises of settings, beside the rest of the contract. */
public abstract class ConfigChangesContract extends MetadataStoreContract {

    private static final ConfigResource ALL = new ConfigResource.AllNodes();

    private static ConfigResource named(String topic) {
        return new ConfigResource.Topic(topic);
    }

    private static ConfigChange become(ConfigResource resource, Map<String, String> configs) {
        return new ConfigChange(resource, (current, overrides) -> new Decision.Become(configs));
    }

    /** Adds a word to the list that {@code key} is. */
    private static ConfigChange append(ConfigResource resource, String key, String word) {
        return new ConfigChange(resource, (current, overrides) -> {
            Map<String, String> next = new TreeMap<>(current);
            next.merge(key, word, (before, added) -> before + "," + added);
            return new Decision.Become(next);
        });
    }

    private List<AlterConfigsResult> alter(ConfigChange... changes) {
        return get(store().alterConfigs(List.of(changes)));
    }

    private Map<String, String> configs(String topic) {
        return Objects.requireNonNull(image().topic(topic)).configs();
    }

    @Test
    void aTopicsSettingsBecomeWhatTheChangeSays() {
        created(new NewTopic(
                new UUID(3, 3),
                "t",
                false,
                List.of(List.of(1)),
                Map.of("retention.ms", "1", "segment.ms", "2", "flush.ms", "3")));
        long version = image().version();
        assertThat(alter(become(named("t"), Map.of("retention.ms", "1", "segment.ms", "20", "max.message.bytes", "4"))))
                .containsExactly(new Altered(version + 1));
        assertThat(configs("t")).isEqualTo(Map.of("retention.ms", "1", "segment.ms", "20", "max.message.bytes", "4"));
        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.topics()).containsExactly(Objects.requireNonNull(image().topic("t")));
        assertThat(delta.brokerOverrides()).isNull();
        assertThat(delta.complete()).isFalse();
    }

    @Test
    void brokersSettingsAreToldWholeToThoseWhoFollow() {
        long version = image().version();
        assertThat(alter(
                        become(ALL, Map.of("log.retention.ms", "5")),
                        become(new ConfigResource.Node(7), Map.of("max.connections", "9", "log.retention.ms", "6"))))
                .containsExactly(new Altered(version + 1), new Altered(version + 1));
        BrokerOverrides wanted = new BrokerOverrides(
                Map.of("log.retention.ms", "5"), Map.of(7, Map.of("max.connections", "9", "log.retention.ms", "6")));
        assertThat(image().brokerOverrides()).isEqualTo(wanted);
        assertThat(get(store().changesSince(version)).topics()).isEmpty();
        MetadataDelta everything = get(store().changesSince(0));
        assertThat(everything.complete()).isTrue();
        assertThat(everything.brokerOverrides()).isEqualTo(wanted);

        long before = image().version();
        alter(become(new ConfigResource.Node(7), Map.of()));
        // A difference tells all of them, not only what changed.
        MetadataDelta difference = get(store().changesSince(before));
        assertThat(difference.complete()).isFalse();
        assertThat(difference.brokerOverrides())
                .isEqualTo(new BrokerOverrides(Map.of("log.retention.ms", "5"), Map.of()));
    }

    @Test
    void everyNodeIdThereCanBeHasSettingsOfItsOwn() {
        Map<String, String> configs = Map.of("max.connections", "9");
        for (int id : new int[] {0, 999_999_999, 1_000_000_000, Integer.MAX_VALUE}) {
            alter(become(new ConfigResource.Node(id), configs));
            assertThat(image().brokerOverrides().ofNode(id)).isEqualTo(configs);
        }
    }

    /** Files are removed only of what is told as deleted. */
    @Test
    void aDeletionIsToldBesideAChangeOfMoreTopicsThanAreListed() {
        NewTopic gone = new NewTopic(new UUID(3, 3), "gone", false, List.of(List.of(1)), Map.of());
        List<NewTopic> many = IntStream.range(0, 1_001)
                .mapToObj(i -> new NewTopic(new UUID(4, i), "t" + i, false, List.of(List.of(1)), Map.of()))
                .toList();
        created(gone);
        get(store().createTopics(many));
        long version = image().version();
        get(store().deleteTopics(List.of(gone.id())));
        get(store().alterConfigs(many.stream()
                .map(topic -> become(named(topic.name()), Map.of("retention.ms", "5")))
                .toList()));
        MetadataDelta delta = get(store().changesSince(version));
        assertThat(delta.deletedTopics()).containsExactly(gone.id());
        assertThat(delta.topics())
                .hasSize(1_001)
                .allMatch(topic -> topic.configs().equals(Map.of("retention.ms", "5")));
    }

    @Test
    void whatChangesNothingMakesNoVersion() {
        created(topic("t", List.of(List.of(1))));
        alter(become(ALL, Map.of("log.retention.ms", "5")));
        long version = image().version();
        assertThat(alter(become(named("t"), Map.of()), become(ALL, Map.of("log.retention.ms", "5"))))
                .containsExactly(new Altered(version), new Altered(version));
        assertThat(image().version()).isEqualTo(version);
    }

    @Test
    void eachChangeIsForItself() {
        created(topic("a.b", List.of(List.of(1))));
        long version = image().version();
        Decision.Refuse refusal = new Decision.Refuse(ErrorCode.INVALID_CONFIG, "no");
        assertThat(alter(
                        become(named("a_b"), Map.of("retention.ms", "1")),
                        new ConfigChange(named("a.b"), (current, overrides) -> refusal),
                        new ConfigChange(ALL, (current, overrides) -> refusal),
                        become(named("a.b"), Map.of("retention.ms", "2"))))
                .containsExactly(
                        new UnknownTopic(), new Refused(refusal), new Refused(refusal), new Altered(version + 1));
        assertThat(configs("a.b")).isEqualTo(Map.of("retention.ms", "2"));
    }

    @Test
    void laterChangesSeeTheEarlierOnesAndTheVersionIsReachedEvenIfTheyUndoThem() {
        long version = image().version();
        List<Map<String, String>> seen = new ArrayList<>();
        ConfigChange look = new ConfigChange(new ConfigResource.Node(1), (current, overrides) -> {
            seen.add(overrides.allNodes());
            return new Decision.Become(current);
        });
        assertThat(alter(become(ALL, Map.of("log.retention.ms", "5")), look, become(ALL, Map.of())))
                .containsExactly(new Altered(version + 1), new Altered(version), new Altered(version + 1));
        assertThat(seen).contains(Map.of("log.retention.ms", "5"));
        assertThat(image().version()).isEqualTo(version + 1);
        assertThat(image().brokerOverrides()).isEqualTo(BrokerOverrides.NONE);
    }

    @Test
    void theSettingsOfADeletedTopicGoWithIt() {
        TopicInfo topic = created(topic("t", List.of(List.of(1))));
        alter(become(named("t"), Map.of("retention.ms", "1")));
        get(store().deleteTopics(List.of(topic.id())));
        assertThat(alter(become(named("t"), Map.of("retention.ms", "2")))).containsExactly(new UnknownTopic());
        assertThat(created(topic("t", List.of(List.of(1)))).configs()).isEmpty();
    }

    @Test
    void noChangeThatIsMadeBesideAnotherIsLost() throws Exception {
        created(topic("t", List.of(List.of(1))));
        race(
                12,
                (store, i) -> store.alterConfigs(List.of(
                        append(named("t"), "cleanup.policy", "w" + i),
                        append(ALL, "some.list", "w" + i),
                        append(new ConfigResource.Node(1), "some.list", "w" + i))));
        String[] words = IntStream.range(0, 12).mapToObj(i -> "w" + i).toArray(String[]::new);
        assertThat(words(configs("t").get("cleanup.policy"))).containsExactlyInAnyOrder(words);
        assertThat(words(image().brokerOverrides().allNodes().get("some.list"))).containsExactlyInAnyOrder(words);
        assertThat(words(image().brokerOverrides().ofNode(1).get("some.list"))).containsExactlyInAnyOrder(words);
    }

    private static List<String> words(@Nullable String list) {
        return Arrays.asList(Objects.requireNonNull(list).split(","));
    }
}
