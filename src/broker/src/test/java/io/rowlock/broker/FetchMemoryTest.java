package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the fetches of all clients together may keep note of. */
@Timeout(60)
class FetchMemoryTest {
    private static final short VERSION = 12;
    /** As many as may be noted: each counts for 512 bytes. */
    private static final int PARTITIONS_MAX = 10;

    private BrokerInProcess broker;
    private RawClient client;
    private int requests;

    @BeforeEach
    void start() throws IOException {
        InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());
        broker = new BrokerInProcess(
                new SimDisk(1),
                Path.of("/data"),
                store,
                new InMemoryGroupStore(store, new SystemClock()),
                Durability.ASYNC,
                Map.of(),
                new BrokerInProcess.Bounds(20, PARTITIONS_MAX * 512L));
        client = new RawClient(broker.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        broker.close();
    }

    /** Of a topic that does not exist, which is noted and answered just as one that does. */
    private static FetchRequest fetch(int sessionId, int epoch, int from, int to) {
        List<FetchPartition> partitions = IntStream.range(from, to)
                .mapToObj(index -> new FetchPartition().setPartition(index).setPartitionMaxBytes(1))
                .toList();
        return new FetchRequest()
                .setReplicaId(-1)
                .setSessionId(sessionId)
                .setSessionEpoch(epoch)
                .setTopics(
                        partitions.isEmpty()
                                ? List.of()
                                : List.of(new FetchTopic().setTopic("t").setPartitions(partitions)));
    }

    private FetchResponse ask(RawClient by, FetchRequest request) throws IOException {
        by.send(ApiKey.FETCH, VERSION, ++requests, request);
        return (FetchResponse) by.receive(ApiKey.FETCH, VERSION, requests);
    }

    private static int partitions(FetchResponse answer) {
        return answer.responses().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
    }

    @Test
    void aSessionBeyondTheBoundIsNotKeptAndItsPartitionsAreAnsweredAllTheSame() throws IOException {
        assertThat(ask(client, fetch(0, 0, 0, PARTITIONS_MAX - 1)).sessionId()).isPositive();
        FetchResponse tooMany = ask(client, fetch(0, 0, 0, 2));
        assertThat(tooMany.sessionId()).isZero();
        assertThat(partitions(tooMany)).isEqualTo(2);
        assertThat(ask(client, fetch(0, 0, 0, 1)).sessionId()).isPositive();
        assertThat(ask(client, fetch(0, 0, 0, 1)).sessionId()).isZero();
    }

    @Test
    void aSessionThatGrowsBeyondTheBoundIsEndedAndGivesBackWhatItHad() throws IOException {
        int session = ask(client, fetch(0, 0, 0, PARTITIONS_MAX - 1)).sessionId();
        assertThat(ask(client, fetch(session, 1, 9, 10)).errorCode()).isZero();
        assertThat(ask(client, fetch(session, 2, 10, 11)).errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(ask(client, fetch(0, 0, 0, PARTITIONS_MAX)).sessionId()).isPositive();
    }

    @Test
    void aConnectionThatEndsGivesBackWhatItsSessionsHad() throws IOException {
        try (RawClient other = new RawClient(broker.port())) {
            assertThat(ask(other, fetch(0, 0, 0, PARTITIONS_MAX)).sessionId()).isPositive();
            assertThat(ask(client, fetch(0, 0, 0, 1)).sessionId()).isZero();
        }
        int session = 0;
        while (session == 0) {
            session = ask(client, fetch(0, 0, 0, PARTITIONS_MAX)).sessionId();
        }
        assertThat(ask(client, fetch(session, -1, 0, 0)).errorCode()).isZero();
        assertThat(ask(client, fetch(0, 0, 0, PARTITIONS_MAX)).sessionId()).isPositive();
    }
}
