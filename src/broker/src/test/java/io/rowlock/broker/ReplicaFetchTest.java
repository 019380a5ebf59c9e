package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.bytes;
import static io.rowlock.broker.BrokerClient.error;
import static io.rowlock.broker.BrokerClient.fetchAt;
import static io.rowlock.broker.BrokerClient.inTopic;
import static io.rowlock.broker.BrokerClient.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.ReplicaState;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a leader answers to followers, byte by byte: node 1 is a broker, and the test is node 2. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicaFetchTest {

    private static final int VERSION = 18;
    private static final int FOLLOWER = 2;
    /** Long enough to be noticed if a poll waits for its end. */
    private static final int FOR_EVER_MS = 600_000;

    private final InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());
    private BrokerInProcess broker;
    private int peerPort;
    private long brokerEpoch;
    private RawClient follower;
    private BrokerClient client;
    private int correlation;
    private int topics;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        broker = new BrokerInProcess(data, store, Durability.ASYNC, Map.of());
        peerPort = broker.openPeerListener();
        brokerEpoch = register(FOLLOWER);
    }

    @BeforeEach
    void connect() throws IOException {
        follower = new RawClient(peerPort);
        client = new BrokerClient(broker);
    }

    @AfterEach
    void disconnect() throws IOException {
        follower.close();
        client.close();
    }

    @AfterAll
    void stop() throws IOException {
        broker.close();
    }

    private long register(int node) {
        Registered registered = (Registered) store.register(new NodeRegistration(
                        node,
                        new UUID(node, node),
                        null,
                        Map.of("peer", new Endpoint("127.0.0.1", 1, "PLAINTEXT")),
                        Duration.ofMinutes(10)))
                .toCompletableFuture()
                .join();
        broker.awaitServed(registered.version());
        return registered.brokerEpoch();
    }

    /** A topic that node 1 leads and node 2 follows. */
    private UUID topic(int partitions) {
        UUID id = new SystemRandom().uuid();
        store.createTopics(List.of(new NewTopic(
                        id,
                        "topic-" + topics++,
                        false,
                        Collections.nCopies(partitions, List.of(1, FOLLOWER)),
                        Map.of("segment.bytes", "1048576"))))
                .toCompletableFuture()
                .join();
        broker.awaitServed(store.changesSince(0).toCompletableFuture().join().version());
        return id;
    }

    /** Appends one record with acks=1 and returns its offset. */
    private long append(UUID topic, int partition) throws IOException {
        PartitionProduceResponse response =
                client.produce(BrokerClient.toProduce(topic, partition, 1, BrokerClient.batch(10)));
        assertThat(ErrorCode.forCode(response.errorCode())).isEqualTo(ErrorCode.NONE);
        return response.baseOffset();
    }

    private static FetchPartition at(int partition, long offset, int leaderEpoch, int lastFetchedEpoch) {
        return fetchAt(partition, offset).setCurrentLeaderEpoch(leaderEpoch).setLastFetchedEpoch(lastFetchedEpoch);
    }

    private FetchRequest asFollower(FetchRequest request) {
        return request.setReplicaState(new ReplicaState().setReplicaId(FOLLOWER).setReplicaEpoch(brokerEpoch));
    }

    private FetchRequest toFetch(UUID topic, FetchPartition... partitions) {
        return asFollower(BrokerClient.toFetch(inTopic(topic, partitions)));
    }

    private int send(FetchRequest request) throws IOException {
        follower.send(ApiKey.FETCH, VERSION, ++correlation, request);
        return correlation;
    }

    private FetchResponse receive(int id) throws IOException {
        return (FetchResponse) follower.receive(ApiKey.FETCH, VERSION, id);
    }

    private FetchResponse fetch(FetchRequest request) throws IOException {
        return receive(send(request));
    }

    private ErrorCode refusal(FetchRequest request) throws IOException {
        FetchResponse response = fetch(request);
        assertThat(response.responses()).isEmpty();
        return ErrorCode.forCode(response.errorCode());
    }

    private FetchResponse begin(UUID topic, FetchPartition... partitions) throws IOException {
        FetchResponse full = fetch(toFetch(topic, partitions).setSessionEpoch(0));
        assertThat(full.sessionId()).isPositive();
        return full;
    }

    private FetchRequest session(FetchResponse last, int epoch) {
        return asFollower(new FetchRequest().setSessionId(last.sessionId()).setSessionEpoch(epoch));
    }

    private int leaderEpoch(UUID topic) {
        return store.changesSince(0).toCompletableFuture().join().topics().stream()
                .filter(each -> each.id().equals(topic))
                .findFirst()
                .orElseThrow()
                .partitions()
                .get(0)
                .leaderEpoch();
    }

    @Test
    void saysThatItServesOnlyTheVersionsThatCarryABrokerEpoch() throws IOException {
        follower.send(
                ApiKey.API_VERSIONS,
                4,
                ++correlation,
                new ApiVersionsRequest().setClientSoftwareName("rowlock").setClientSoftwareVersion("1"));
        ApiVersionsResponse answer = (ApiVersionsResponse) follower.receive(ApiKey.API_VERSIONS, 4, correlation);
        assertThat(answer.apiKeys())
                .filteredOn(api -> api.apiKey() == ApiKey.FETCH.id())
                .singleElement()
                .satisfies(fetch -> {
                    assertThat(fetch.minVersion()).isEqualTo((short) 15);
                    assertThat(fetch.maxVersion()).isEqualTo((short) 18);
                });
        follower.send(ApiKey.FETCH, 14, ++correlation, new FetchRequest().setReplicaId(FOLLOWER));
        assertThat(follower.isClosedByPeer()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 16, 17, 18})
    void servesEachVersion(int version) throws IOException {
        UUID id = topic(1);
        append(id, 0);
        follower.send(ApiKey.FETCH, version, ++correlation, toFetch(id, at(0, 0, leaderEpoch(id), -1)));
        FetchResponse answer = (FetchResponse) follower.receive(ApiKey.FETCH, version, correlation);
        assertThat(bytes(only(answer))).isPositive();
    }

    @Test
    void refusesWhoIsNoReplicaOfThisCluster() throws IOException {
        UUID id = topic(1);
        FetchPartition from = at(0, 0, leaderEpoch(id), -1);
        assertThat(refusal(BrokerClient.toFetch(inTopic(id, from)))).isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
        assertThat(refusal(toFetch(id, from).setClusterId("another"))).isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
        assertThat(refusal(BrokerClient.toFetch(inTopic(id, from))
                        .setReplicaState(new ReplicaState().setReplicaId(3).setReplicaEpoch(brokerEpoch))))
                .isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
        assertThat(refusal(BrokerClient.toFetch(inTopic(id, from))
                        .setReplicaState(new ReplicaState().setReplicaId(1).setReplicaEpoch(brokerEpoch))))
                .isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
        assertThat(refusal(BrokerClient.toFetch(inTopic(id, from))
                        .setReplicaState(
                                new ReplicaState().setReplicaId(FOLLOWER).setReplicaEpoch(brokerEpoch - 1))))
                .isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
        FetchResponse newer = fetch(BrokerClient.toFetch(inTopic(id, from))
                .setReplicaState(new ReplicaState().setReplicaId(FOLLOWER).setReplicaEpoch(brokerEpoch + 1)));
        assertThat(error(only(newer))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aClientCannotClaimToBeAReplica() throws IOException {
        UUID id = topic(1);
        FetchResponse answer = client.fetch(toFetch(id, at(0, 0, leaderEpoch(id), -1)));
        assertThat(ErrorCode.forCode(answer.errorCode())).isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
    }

    @Test
    void readsWhatNoConsumerSeesYet() throws IOException {
        UUID id = topic(1);
        append(id, 0);
        PartitionData toFollower = only(fetch(toFetch(id, at(0, 0, leaderEpoch(id), -1))));
        assertThat(bytes(toFollower)).isPositive();
        assertThat(toFollower.highWatermark()).isZero();
        assertThat(bytes(only(client.fetch(BrokerClient.toFetch(inTopic(id, fetchAt(0, 0)))))))
                .isZero();
    }

    @Test
    void servesOnlyAFollowerOfItsOwnEpoch() throws IOException {
        UUID id = topic(1);
        int epoch = leaderEpoch(id);
        assertThat(error(only(fetch(toFetch(id, at(0, 0, epoch - 1, -1)))))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(error(only(fetch(toFetch(id, at(0, 0, -1, -1))))))
                .as("it has to say which")
                .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(error(only(fetch(toFetch(id, at(0, 0, epoch + 1, -1)))))).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void tellsWhereTheLogsPart() throws IOException {
        UUID id = topic(1);
        append(id, 0);
        int epoch = leaderEpoch(id);
        PartitionData beyond = only(fetch(toFetch(id, at(0, 5, epoch, epoch))));
        assertThat(error(beyond)).isEqualTo(ErrorCode.NONE);
        assertThat(bytes(beyond)).isZero();
        assertThat(beyond.divergingEpoch().epoch()).isEqualTo(epoch);
        assertThat(beyond.divergingEpoch().endOffset()).isEqualTo(1);
        assertThat(only(fetch(toFetch(id, at(0, 1, epoch, epoch))))
                        .divergingEpoch()
                        .epoch())
                .as("the logs agree")
                .isEqualTo(-1);
    }

    @Test
    void tellsWithAnOffsetOutOfRangeWhereTheLogBegins() throws IOException {
        UUID id = topic(1);
        append(id, 0);
        PartitionData beyond = only(fetch(toFetch(id, at(0, 2, leaderEpoch(id), -1))));
        assertThat(error(beyond)).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(beyond.highWatermark()).isZero();
        assertThat(beyond.logStartOffset()).isZero();
    }

    @Test
    void leavesAPartitionAloneUntilItsRecordsAreDealtWith() throws IOException {
        UUID id = topic(2);
        int epoch = leaderEpoch(id);
        append(id, 0);
        FetchResponse full = begin(id, at(0, 0, epoch, -1), at(1, 0, epoch, -1));
        assertThat(full.responses().get(0).partitions()).anySatisfy(data -> {
            assertThat(data.partitionIndex()).isZero();
            assertThat(bytes(data)).isPositive();
        });
        append(id, 0);
        assertThat(fetch(session(full, 1)).responses()).isEmpty();
        PartitionData next = only(fetch(session(full, 2).setTopics(List.of(inTopic(id, at(0, 1, epoch, epoch))))));
        assertThat(next.partitionIndex()).isZero();
        assertThat(bytes(next)).isPositive();
    }

    @Test
    void whatIsWrongIsToldOnceUntilThePartitionIsNamedAnew() throws IOException {
        UUID id = topic(2);
        int epoch = leaderEpoch(id);
        FetchResponse full = begin(id, at(0, 0, epoch + 1, -1), at(1, 0, epoch, -1));
        assertThat(full.responses().get(0).partitions()).hasSize(2);
        assertThat(fetch(session(full, 1)).responses()).isEmpty();
        PartitionData again = only(fetch(session(full, 2).setTopics(List.of(inTopic(id, at(0, 0, epoch + 1, -1))))));
        assertThat(error(again)).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void aWriteEndsAWait() throws IOException {
        UUID id = topic(1);
        int epoch = leaderEpoch(id);
        FetchResponse full = begin(id, at(0, 0, epoch, -1));
        int waiting = send(session(full, 1).setMaxWaitMs(FOR_EVER_MS).setMinBytes(1));
        append(id, 0);
        assertThat(bytes(only(receive(waiting)))).isPositive();
    }

    @Test
    void aNewerRequestEndsTheWaitOfTheOneBefore() throws IOException {
        UUID id = topic(2);
        int epoch = leaderEpoch(id);
        FetchResponse full = begin(id, at(0, 0, epoch, -1));
        int first = send(session(full, 1).setMaxWaitMs(FOR_EVER_MS).setMinBytes(1));
        int second = send(session(full, 2)
                .setMaxWaitMs(FOR_EVER_MS)
                .setMinBytes(1)
                .setTopics(List.of(inTopic(id, at(1, 0, epoch, -1)))));
        int third = send(session(full, 3));
        assertThat(receive(first).responses()).isEmpty();
        assertThat(only(receive(second)).partitionIndex()).isEqualTo(1);
        assertThat(receive(third).responses()).isEmpty();
    }

    @Test
    void sendsNoRecordsWhereThereIsNoRoomForThem() throws IOException {
        UUID id = topic(1);
        append(id, 0);
        FetchRequest request = toFetch(id, at(0, 0, leaderEpoch(id), -1));
        assertThat(bytes(only(fetch(request.setMaxBytes(0))))).isZero();
        assertThat(bytes(only(fetch(request.setMaxBytes(1)))))
                .as("the first batch comes whole")
                .isPositive();
    }

    @Test
    void anOffsetAcknowledgesOnlyUnderTheLeadersEpochAndWhereTheLogsAgree() throws IOException {
        UUID id = topic(1);
        int epoch = leaderEpoch(id);
        append(id, 0);
        fetch(toFetch(id, at(0, 1, epoch - 1, epoch - 1)));
        fetch(toFetch(id, at(0, 1, epoch + 1, epoch)));
        fetch(toFetch(id, at(0, 1, -1, epoch)));
        fetch(toFetch(id, at(0, 1, epoch, epoch + 1)));
        fetch(toFetch(id, at(0, 2, epoch, epoch)));
        // What the owner got before this is dealt with when it is answered.
        append(id, 0);
        assertThat(only(fetch(toFetch(id, at(0, 0, epoch, -1)))).highWatermark())
                .isZero();

        fetch(toFetch(id, at(0, 1, epoch, epoch)));
        append(id, 0);
        assertThat(only(fetch(toFetch(id, at(0, 1, epoch, epoch)))).highWatermark())
                .isEqualTo(1);
    }

    @Test
    void tellsHowFarAllAreAlsoWhereNothingIsWritten() throws IOException {
        UUID id = topic(1);
        int epoch = leaderEpoch(id);
        append(id, 0);
        FetchResponse full = begin(id, at(0, 0, epoch, -1));
        List<FetchableTopicResponse> told = fetch(
                        session(full, 1).setTopics(List.of(inTopic(id, at(0, 1, epoch, epoch)))))
                .responses();
        for (int next = 2; told.isEmpty() || told.get(0).partitions().get(0).highWatermark() < 1; next++) {
            told = fetch(session(full, next).setMaxWaitMs(20).setMinBytes(1)).responses();
        }
        assertThat(told.get(0).partitions().get(0).highWatermark()).isEqualTo(1);
    }

    @Test
    void knowsASessionByItsIdAndEpoch() throws IOException {
        UUID id = topic(1);
        FetchResponse full = begin(id, at(0, 0, leaderEpoch(id), -1));
        assertThat(fetch(session(full, 1)).errorCode()).isZero();
        assertThat(refusal(session(full, 1))).isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        assertThat(refusal(session(full, 2).setSessionId(full.sessionId() + 1)))
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    }
}
