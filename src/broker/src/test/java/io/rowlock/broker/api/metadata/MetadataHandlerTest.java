package io.rowlock.broker.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.api.TestCluster.Store.Line;
import io.rowlock.broker.api.topics.AutoTopicCreation;
import io.rowlock.broker.api.topics.TopicCreator;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseBroker;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponsePartition;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHandlerTest {

    private static final UUID NO_ID = new UUID(0, 0);

    private final TestCluster cluster = new TestCluster();
    private LongFunction<CompletionStage<Void>> awaitServed = cluster.metadata::awaitVersion;
    private MetadataHandler handler = handler(BrokerSettings.DEFAULTS);

    private MetadataHandler handler(BrokerSettings settings) {
        TopicCreator creator =
                new TopicCreator(cluster.store, version -> awaitServed.apply(version), cluster.time, () -> null);
        return new MetadataHandler(cluster::image, 1, new AutoTopicCreation(settings, creator, cluster.random));
    }

    private static MetadataRequest named(String... names) {
        return new MetadataRequest()
                .setTopics(Arrays.stream(names)
                        .map(name -> new MetadataRequestTopic().setName(name))
                        .toList())
                .setAllowAutoTopicCreation(false);
    }

    private static MetadataRequest withIds(UUID... ids) {
        return new MetadataRequest()
                .setTopics(Arrays.stream(ids)
                        .map(id -> new MetadataRequestTopic().setTopicId(id).setName(null))
                        .toList());
    }

    private List<MetadataResponseTopic> topics(int version, MetadataRequest request) {
        return cluster.connection(version).answer(handler, request).topics();
    }

    private static ErrorCode error(MetadataResponseTopic topic) {
        return ErrorCode.forCode(topic.errorCode());
    }

    private static ErrorCode error(MetadataResponsePartition partition) {
        return ErrorCode.forCode(partition.errorCode());
    }

    @Test
    void tellsOfTheNodesOfTheListenerAndOfTheCluster() {
        cluster.join(2, "client");
        cluster.join(3, "client", "peer");
        cluster.stop(3);
        MetadataResponse response = cluster.connection(13).answer(handler, named());
        assertThat(response.clusterId()).isEqualTo(cluster.image().clusterId()).hasSize(22);
        assertThat(response.controllerId()).isEqualTo(1);
        assertThat(response.errorCode()).isZero();
        assertThat(response.brokers())
                .extracting(
                        MetadataResponseBroker::nodeId,
                        MetadataResponseBroker::host,
                        MetadataResponseBroker::port,
                        MetadataResponseBroker::rack)
                .containsExactly(tuple(1, "node1", 9092, "rack1"), tuple(2, "node2", 9092, "rack2"));
        assertThat(cluster.connection(13, "peer").answer(handler, named()).brokers())
                .extracting(MetadataResponseBroker::nodeId, MetadataResponseBroker::port)
                .containsExactly(tuple(1, 9093));
    }

    @Test
    void namesAsControllerANodeThatCanBeReached() {
        cluster.join(2, "other");
        assertThat(cluster.connection(13, "other").answer(handler, named()).controllerId())
                .isEqualTo(2);
        assertThat(cluster.connection(13, "none").answer(handler, named()).controllerId())
                .isEqualTo(-1);
    }

    @Test
    void tellsOfATopicAndItsPartitions() {
        cluster.join(2, "client");
        TopicInfo topic = cluster.create("a", List.of(1), List.of(2, 1));
        MetadataResponseTopic answer = topics(13, named("a")).get(0);
        assertThat(error(answer)).isEqualTo(ErrorCode.NONE);
        assertThat(answer.name()).isEqualTo("a");
        assertThat(answer.topicId()).isEqualTo(topic.id());
        assertThat(answer.isInternal()).isFalse();
        assertThat(answer.partitions())
                .extracting(
                        MetadataResponsePartition::partitionIndex,
                        p -> error(p),
                        MetadataResponsePartition::leaderId,
                        MetadataResponsePartition::leaderEpoch,
                        MetadataResponsePartition::replicaNodes,
                        MetadataResponsePartition::isrNodes,
                        MetadataResponsePartition::offlineReplicas)
                .containsExactly(
                        tuple(0, ErrorCode.NONE, 1, 0, List.of(1), List.of(1), List.of()),
                        tuple(1, ErrorCode.NONE, 2, 0, List.of(2, 1), List.of(2, 1), List.of()));
    }

    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "13,false"})
    void anEmptyListIsEverythingInVersionZeroOnly(int version, boolean everything) {
        cluster.create("a", List.of(1));
        cluster.create("b", List.of(1));
        assertThat(topics(version, named())).hasSize(everything ? 2 : 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 13})
    void noListIsEverythingAfterVersionZero(int version) {
        cluster.create("a", List.of(1));
        cluster.create("b", List.of(1));
        assertThat(topics(version, new MetadataRequest().setTopics(null)))
                .extracting(MetadataResponseTopic::name)
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void findsTopicsById() {
        TopicInfo a = cluster.create("a", List.of(1));
        UUID nobody = new UUID(7, 7);
        assertThat(topics(12, withIds(a.id(), nobody, a.id())))
                .extracting(MetadataResponseTopic::name, MetadataResponseTopic::topicId, t -> error(t))
                .containsExactly(tuple("a", a.id(), ErrorCode.NONE), tuple(null, nobody, ErrorCode.UNKNOWN_TOPIC_ID));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11})
    void refusesIdsBeforeVersion12(int version) {
        TopicInfo a = cluster.create("a", List.of(1));
        assertThat(topics(version, withIds(a.id()))).singleElement().satisfies(topic -> {
            assertThat(error(topic)).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(topic.name()).isEmpty();
        });
        assertThat(topics(version, withIds(NO_ID)))
                .singleElement()
                .satisfies(topic -> assertThat(error(topic)).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void answersForANameThatIsMissing() {
        assertThat(topics(13, withIds(NO_ID)))
                .singleElement()
                .satisfies(topic -> assertThat(error(topic)).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void tellsThatATopicDoesNotExistOrCannot() {
        assertThat(topics(13, named("missing", "in valid", "__consumer_offsets", "missing")))
                .extracting(MetadataResponseTopic::name, t -> error(t), MetadataResponseTopic::isInternal)
                .containsExactly(
                        tuple("missing", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, false),
                        tuple("in valid", ErrorCode.INVALID_TOPIC_EXCEPTION, false),
                        tuple("__consumer_offsets", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, true));
        assertThat(cluster.store.creations).isZero();
    }

    @Test
    void aStoppedLeaderIsNotAvailableAndItsReplicaOffline() {
        cluster.join(2, "client");
        cluster.create("a", List.of(2, 1));
        cluster.stop(1);
        cluster.stop(2);
        MetadataResponsePartition partition =
                topics(13, named("a")).get(0).partitions().get(0);
        assertThat(error(partition)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        assertThat(partition.leaderId()).isEqualTo(-1);
        assertThat(partition.replicaNodes()).containsExactly(2, 1);
        assertThat(partition.offlineReplicas()).containsExactly(2, 1);
    }

    @ParameterizedTest
    @CsvSource({"5,LEADER_NOT_AVAILABLE", "6,LISTENER_NOT_FOUND", "13,LISTENER_NOT_FOUND"})
    void tellsOfALeaderThatLacksTheListener(int version, ErrorCode expected) {
        cluster.join(2, "peer");
        cluster.create("a", List.of(2));
        MetadataResponsePartition partition =
                topics(version, named("a")).get(0).partitions().get(0);
        assertThat(error(partition)).isEqualTo(expected);
        assertThat(partition.leaderId()).isEqualTo(-1);
    }

    @Test
    void versionZeroIsToldOnlyOfReplicasThatCanBeReached() {
        cluster.join(2, "client");
        cluster.create("a", List.of(1, 2));
        cluster.stop(2);
        MetadataResponsePartition old =
                topics(0, named("a")).get(0).partitions().get(0);
        assertThat(error(old)).isEqualTo(ErrorCode.REPLICA_NOT_AVAILABLE);
        assertThat(old.leaderId()).isEqualTo(1);
        assertThat(old.replicaNodes()).containsExactly(1);
        assertThat(old.isrNodes()).containsExactly(1);
        assertThat(error(topics(1, named("a")).get(0).partitions().get(0))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void tellsOfAuthorizedOperationsOnlyWhoAsks() {
        cluster.create("a", List.of(1));
        MetadataResponse silent = cluster.connection(8).answer(handler, named("a"));
        assertThat(silent.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        assertThat(silent.topics().get(0).topicAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        MetadataResponse asked = cluster.connection(8)
                .answer(
                        handler,
                        named("a")
                                .setIncludeClusterAuthorizedOperations(true)
                                .setIncludeTopicAuthorizedOperations(true));
        assertThat(asked.clusterAuthorizedOperations()).isEqualTo(0b1_1111_1010_0000);
        assertThat(asked.topics().get(0).topicAuthorizedOperations()).isEqualTo(0b1101_1111_1000);
    }

    @Test
    void createsWhatIsAskedForOnceHoweverManyAsk() {
        CompletableFuture<Void> served = new CompletableFuture<>();
        awaitServed = version -> served;
        cluster.store.creations = 0;
        MetadataRequest request = named("new").setAllowAutoTopicCreation(true);
        for (int i = 0; i < 3; i++) {
            MetadataResponseTopic answer = topics(13, request).get(0);
            if (i == 0) {
                assertThat(error(answer)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                assertThat(error(answer)).isEqualTo(ErrorCode.NONE);
            }
        }
        assertThat(cluster.store.creations).isEqualTo(1);
        served.complete(null);
        assertThat(topics(13, request).get(0).partitions()).hasSize(1);
    }

    @Test
    void doesNotAskTheStoreAgainWhileItsAnswerIsOut() {
        cluster.store.line = Line.HELD;
        MetadataRequest request = named("new").setAllowAutoTopicCreation(true);
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(cluster.store.creations).isEqualTo(1);
        cluster.store.letGo();
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void createsAThousandTopicsAtOnceAndMoreWhenTheyExist() {
        cluster.store.line = Line.HELD;
        String[] names = IntStream.range(0, 1_001).mapToObj(i -> "t" + i).toArray(String[]::new);
        MetadataRequest request = named(names).setAllowAutoTopicCreation(true);
        topics(13, request);
        topics(13, request);
        assertThat(cluster.store.creations).isEqualTo(1_000);
        awaitServed = version -> new CompletableFuture<>();
        cluster.store.letGo();
        topics(13, request);
        assertThat(cluster.image().topics()).hasSize(1_001);
    }

    @Test
    void triesAgainToCreateWhatTheStoreDidNotTake() {
        cluster.store.line = Line.CUT;
        MetadataRequest request = named("new").setAllowAutoTopicCreation(true);
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        cluster.store.line = Line.WHOLE;
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(topics(13, request).get(0))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void createsNothingThatNeitherClientNorNodeWant() {
        topics(13, named("a"));
        topics(13, named("b c").setAllowAutoTopicCreation(true));
        topics(13, named("__consumer_offsets").setAllowAutoTopicCreation(true));
        topics(13, withIds(new UUID(7, 7)).setAllowAutoTopicCreation(true));
        handler = handler(BrokerSettings.of(Map.of("auto.create.topics.enable", "false")));
        topics(13, named("d").setAllowAutoTopicCreation(true));
        assertThat(cluster.store.creations).isZero();
    }

    @Test
    void tellsWhyATopicCannotBeCreated() {
        cluster.create("a.b", List.of(1));
        assertThat(topics(13, named("a_b", "b c", "ok").setAllowAutoTopicCreation(true)))
                .extracting(t -> error(t))
                .containsExactly(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void createsWithTheNodesDefaults() {
        handler = handler(BrokerSettings.of(Map.of("num.partitions", "4")));
        topics(13, named("new").setAllowAutoTopicCreation(true));
        assertThat(cluster.topic("new").partitions()).hasSize(4);
    }

    @Test
    void answersInEveryVersion() {
        List<List<Integer>> partitions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            partitions.add(List.of(1));
        }
        cluster.create("a", Map.of(), partitions);
        for (int version = 0; version <= 13; version++) {
            assertThat(topics(version, named("a")).get(0).partitions()).hasSize(5);
        }
    }
}
