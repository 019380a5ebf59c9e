package io.rowlock.broker.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.TestContext;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.CoordinatorSettings;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.group.LoneNode;
import io.rowlock.broker.group.OffsetQuery;
import io.rowlock.broker.group.SlotGrant;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FindCoordinatorRequest;
import io.rowlock.protocol.message.FindCoordinatorResponse;
import io.rowlock.protocol.message.OffsetCommitRequest;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.rowlock.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.rowlock.protocol.message.OffsetCommitResponse;
import io.rowlock.protocol.message.OffsetDeleteRequest;
import io.rowlock.protocol.message.OffsetFetchRequest;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import io.rowlock.protocol.message.OffsetFetchResponse;
import io.rowlock.testkit.SimOwner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where versions put an error that concerns a whole group, and what a client may ask for about an offset. */
class OffsetHandlersTest {

    private static final short LOADING = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code();
    private static final UUID TOPIC = new UUID(5, 5);

    private final ManualTime time = new ManualTime();
    private final FixedRandom random = new FixedRandom();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, random);
    private final InMemoryGroupStore groups = new InMemoryGroupStore(store, time);
    private final ClusterMetadata metadata = new ClusterMetadata(store, time, time, Duration.ofMillis(100));
    private final SimOwner owner = new SimOwner();
    private final GroupCoordinator coordinator = new GroupCoordinator(
            1, CoordinatorSettings.of(BrokerSettings.DEFAULTS), groups, List.of(owner), time, time, random);
    private final long brokerEpoch;

    OffsetHandlersTest() {
        metadata.start();
        NodeRegistration node = new NodeRegistration(
                1,
                new UUID(1, 1),
                null,
                Map.of("client", new Endpoint("host", 9092, "PLAINTEXT")),
                Duration.ofMinutes(1));
        brokerEpoch = ((Registered) join(store.register(node))).brokerEpoch();
        join(store.createTopics(List.of(new NewTopic(TOPIC, "orders", false, List.of(List.of(1)), Map.of()))));
        join(metadata.awaitVersion(join(store.changesSince(0)).version()));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private TestContext connection(int version) {
        return new TestContext((short) version, "client", time);
    }

    /** The answer, when everything that follows from the request has happened. */
    private OffsetCommitResponse commit(int version, long retentionMs) {
        OffsetCommitRequest request = new OffsetCommitRequest()
                .setGroupId("g")
                .setRetentionTimeMs(retentionMs)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName("orders")
                        .setTopicId(version < 10 ? new UUID(0, 0) : TOPIC)
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(3)
                                .setCommittedMetadata("")))));
        List<OffsetCommitResponse> answers =
                connection(version).start(new OffsetCommitHandler(coordinator, metadata::image, 100), request);
        owner.runAll();
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    private OffsetFetchResponse fetch(int version) {
        OffsetFetchRequest request = version < 8
                ? new OffsetFetchRequest()
                        .setGroupId("g")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopic().setName("orders").setPartitionIndexes(List.of(0))))
                : new OffsetFetchRequest()
                        .setGroups(List.of(
                                new OffsetFetchRequestGroup().setGroupId("g").setTopics(null)));
        List<OffsetFetchResponse> answers =
                connection(version).start(new OffsetFetchHandler(coordinator, metadata::image), request);
        owner.runAll();
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 9, 10})
    void aCommitThatIsRefusedAsAWholeSaysSoForEachPartition(int version) {
        assertThat(commit(version, -1).topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(LOADING);
    }

    @Test
    void aFetchSaysItWhereItsVersionHasRoomForIt() {
        OffsetFetchResponse first = fetch(1);
        assertThat(first.topics().get(0).partitions().get(0).errorCode()).isEqualTo(LOADING);
        assertThat(first.topics().get(0).partitions().get(0).committedOffset()).isEqualTo(-1);
        OffsetFetchResponse second = fetch(2);
        assertThat(second.errorCode()).isEqualTo(LOADING);
        assertThat(second.topics()).isEmpty();
        OffsetFetchResponse batched = fetch(8);
        assertThat(batched.groups().get(0).errorCode()).isEqualTo(LOADING);
        assertThat(batched.groups().get(0).topics()).isEmpty();
    }

    @Test
    void aDeletionIsRefusedAsAWhole() {
        OffsetDeleteRequest request = new OffsetDeleteRequest().setGroupId("g");
        var answers = connection(0).start(new OffsetDeleteHandler(coordinator, metadata::image), request);
        owner.runAll();
        assertThat(answers.get(0).errorCode()).isEqualTo(LOADING);
    }

    @Test
    void aCoordinatorIsFoundOnlyThroughAListenerThatItHas() {
        FindCoordinatorHandler handler = new FindCoordinatorHandler(coordinator, metadata::image);
        FindCoordinatorRequest request = new FindCoordinatorRequest().setCoordinatorKeys(List.of("g"));
        FindCoordinatorResponse found = connection(4).answer(handler, request);
        assertThat(found.coordinators().get(0).nodeId()).isEqualTo(1);
        assertThat(found.coordinators().get(0).host()).isEqualTo("host");
        FindCoordinatorResponse elsewhere = new TestContext((short) 4, "other", time).answer(handler, request);
        assertThat(elsewhere.coordinators().get(0).errorCode()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE.code());
        assertThat(elsewhere.coordinators().get(0).nodeId()).isEqualTo(-1);
    }

    @Test
    void aCoordinatorIsNotFoundWhereItHasLostTheSlot() {
        CompletionStage<Void> started = coordinator.start(new LoneNode(1, brokerEpoch + 1));
        owner.runAll();
        assertThat(started).isCompleted();
        FindCoordinatorResponse answer = connection(1)
                .answer(
                        new FindCoordinatorHandler(coordinator, metadata::image),
                        new FindCoordinatorRequest().setKey("g"));
        assertThat(answer.errorCode()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE.code());
        assertThat(answer.port()).isEqualTo(-1);
    }

    /** librdkafka takes the first for final, and nothing else that would fit; all others, from version 4 on, take the second so. */
    @ParameterizedTest
    @CsvSource({
        "1, TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        "3, TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        "4, UNSUPPORTED_VERSION"
    })
    void aCoordinatorOfTransactionsIsRefusedForGood(int version, ErrorCode error) {
        FindCoordinatorRequest request =
                new FindCoordinatorRequest().setKeyType((byte) 1).setKey("t").setCoordinatorKeys(List.of("t"));
        FindCoordinatorResponse answer =
                connection(version).answer(new FindCoordinatorHandler(coordinator, metadata::image), request);
        short code =
                version < 4 ? answer.errorCode() : answer.coordinators().get(0).errorCode();
        assertThat(code).isEqualTo(error.code());
    }

    @ParameterizedTest
    @CsvSource({"2, 1000, 0", "4, 1000, 0", "4, 2000, 1", "4, -1, 1", "4, 9223372036854775807, 1", "5, 1000, 1"})
    void aClientOfOldMaySayForHowLongAnOffsetIsKept(int version, long retentionMs, int left) {
        CompletionStage<Void> started = coordinator.start(new LoneNode(1, brokerEpoch));
        owner.runAll();
        assertThat(started).isCompleted();
        assertThat(commit(version, retentionMs)
                        .topics()
                        .get(0)
                        .partitions()
                        .get(0)
                        .errorCode())
                .isZero();
        time.advance(Duration.ofMillis(1_500));
        Map<Integer, Long> held = SlotGrant.epochs(join(groups.acquireSlots(1, brokerEpoch)));
        join(groups.expireOffsets(held, Duration.ofDays(7)));
        assertThat(join(groups.fetchOffsets(List.of(new OffsetQuery("g", null))))
                        .get(0))
                .hasSize(left);
    }
}
