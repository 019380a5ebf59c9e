package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.batch;
import static io.rowlock.broker.BrokerClient.error;
import static io.rowlock.broker.BrokerClient.fetchAt;
import static io.rowlock.broker.BrokerClient.inTopic;
import static io.rowlock.broker.BrokerClient.only;
import static io.rowlock.broker.BrokerClient.toFetch;
import static io.rowlock.broker.BrokerClient.toProduce;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ListOffsetsRequest;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.rowlock.protocol.message.ListOffsetsResponse;
import io.rowlock.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Errors that take a leader which moved or a disk that is slow, as a client meets them. */
@Timeout(60)
class EdgesOverTheWireTest {

    private final InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());

    private static ListOffsetsPartitionResponse latest(BrokerClient client, int epoch) throws IOException {
        ListOffsetsRequest request = new ListOffsetsRequest()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(
                                new ListOffsetsPartition().setTimestamp(-1).setCurrentLeaderEpoch(epoch)))));
        ListOffsetsResponse response = (ListOffsetsResponse) client.ask(ApiKey.LIST_OFFSETS, 10, request);
        return response.topics().get(0).partitions().get(0);
    }

    private static EpochEndOffset epochEnd(BrokerClient client, int version, int epoch, int current)
            throws IOException {
        OffsetForLeaderEpochRequest request = new OffsetForLeaderEpochRequest()
                .setReplicaId(-1)
                .setTopics(List.of(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setLeaderEpoch(epoch)
                                .setCurrentLeaderEpoch(current)))));
        OffsetForLeaderEpochResponse response =
                (OffsetForLeaderEpochResponse) client.ask(ApiKey.OFFSET_FOR_LEADER_EPOCH, version, request);
        return response.topics().get(0).partitions().get(0);
    }

    /** KIP-320: a restart gives the partition a new epoch. */
    @Test
    void anEpochThatIsOverIsFencedAndOneToComeIsUnknown(@TempDir Path data) throws IOException {
        UUID id;
        int before;
        try (BrokerInProcess broker = new BrokerInProcess(data, store, Durability.FSYNC, Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            id = client.create("t", 1, Map.of());
            client.append(id, 0, 10);
            before = latest(client, -1).leaderEpoch();
        }
        try (BrokerInProcess broker = new BrokerInProcess(data, store, Durability.FSYNC, Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            client.append(id, 0, 10);
            int now = latest(client, -1).leaderEpoch();
            assertThat(now).isGreaterThan(before);
            List<Integer> epochs = List.of(now - 1, now, now + 1);
            List<ErrorCode> answers =
                    List.of(ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.NONE, ErrorCode.UNKNOWN_LEADER_EPOCH);
            for (int i = 0; i < epochs.size(); i++) {
                int epoch = epochs.get(i);
                ErrorCode expected = answers.get(i);
                assertThat(error(only(
                                client.fetch(toFetch(inTopic(id, fetchAt(0, 0).setCurrentLeaderEpoch(epoch)))))))
                        .isEqualTo(expected);
                assertThat(latest(client, epoch).errorCode()).isEqualTo(expected.code());
                for (int version = 2; version <= 4; version++) {
                    assertThat(epochEnd(client, version, before, epoch).errorCode())
                            .isEqualTo(expected.code());
                }
            }
            assertThat(epochEnd(client, 4, before, now).endOffset()).isEqualTo(1);
            assertThat(epochEnd(client, 4, now, now).endOffset()).isEqualTo(2);
        }
    }

    /** It may be in the log all the same, and with a disk that wakes up it is. */
    @Test
    void waitingForTheDiskEndsWhenTheProducersTimeIsUp(@TempDir Path data) throws IOException {
        try (BrokerInProcess broker = new BrokerInProcess(data, store, Durability.FSYNC, Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            UUID id = client.create("t", 1, Map.of());
            client.append(id, 0, 10);
            broker.syncs().hold();
            try {
                PartitionProduceResponse late =
                        client.produce(toProduce(id, 0, -1, batch(10)).setTimeoutMs(100));
                assertThat(ErrorCode.forCode(late.errorCode())).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
                assertThat(latest(client, -1).offset()).isEqualTo(1);
            } finally {
                broker.syncs().letGo();
            }
            assertThat(client.append(id, 0, 10)).isEqualTo(2);
            assertThat(latest(client, -1).offset()).isEqualTo(3);
        }
    }
}
