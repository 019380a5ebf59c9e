package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fetch, ListOffsets and OffsetForLeaderEpoch where offsets, times and epochs end: Apache Kafka 4.4 answers the same. The log
 * holds five batches of three records each and begins at offset 4, within the second one.
 */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadEdgesTest {
    private static final long START = System.currentTimeMillis() - 60_000;
    private static final long FIRST = 4;
    private static final long END = 15;

    private @Nullable String made;

    @BeforeEach
    void make(ServerProcess server) {
        if (made != null) {
            return;
        }
        String topic = Clients.topic(server, "read", 2, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("linger.ms", 60_000))) {
            for (int batch = 0; batch < 5; batch++) {
                List<Future<RecordMetadata>> answers = new ArrayList<>();
                for (long time : new long[] {100, 300, 200}) {
                    long timestamp = START + 1000L * batch + time;
                    answers.add(producer.send(new ProducerRecord<>(topic, 0, timestamp, null, new byte[100])));
                }
                producer.flush();
                answers.forEach(Clients::get);
            }
        }
        try (Admin admin = Clients.admin(server)) {
            Clients.done(admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(FIRST)))
                    .all());
        }
        made = topic;
    }

    private String topic() {
        return Objects.requireNonNull(made);
    }

    private static FetchPartition at(long offset) {
        return new FetchPartition().setPartition(0).setFetchOffset(offset).setPartitionMaxBytes(1 << 20);
    }

    private PartitionData fetch(ServerProcess server, int version, FetchPartition asked, int maxBytes) {
        FetchRequestData data = new FetchRequestData()
                .setReplicaId(-1)
                .setMaxBytes(maxBytes)
                .setMinBytes(1)
                .setTopics(List.of(new FetchTopic().setTopic(topic()).setPartitions(List.of(asked))));
        try (RawApi api = new RawApi(server)) {
            FetchResponse response = (FetchResponse) api.ask(new FetchRequest(data, (short) version));
            return response.data().responses().get(0).partitions().get(0);
        }
    }

    private static List<Long> batches(PartitionData answer) {
        List<Long> offsets = new ArrayList<>();
        for (RecordBatch batch : ((MemoryRecords) answer.records()).batches()) {
            offsets.add(batch.baseOffset());
        }
        return offsets;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 11, 12})
    void whatIsOutsideTheLogIsOutOfRange(int version, ServerProcess server) {
        for (long offset : new long[] {Long.MIN_VALUE, -1, 0, FIRST - 1, END + 1, Long.MAX_VALUE}) {
            PartitionData answer = fetch(server, version, at(offset), 1 << 20);
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            assertThat(answer.highWatermark()).isEqualTo(-1);
            assertThat(answer.logStartOffset()).isEqualTo(-1);
        }
        for (long offset : new long[] {FIRST, END - 1, END}) {
            PartitionData answer = fetch(server, version, at(offset), 1 << 20);
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
            assertThat(answer.highWatermark()).isEqualTo(END);
            assertThat(answer.lastStableOffset()).isEqualTo(END);
            assertThat(answer.logStartOffset()).isEqualTo(version < 5 ? -1 : FIRST);
            assertThat(batches(answer))
                    .isEqualTo(offset == FIRST ? List.of(3L, 6L, 9L, 12L) : offset < END ? List.of(12L) : List.of());
        }
    }

    /** KIP-74: the first batch comes in any case, and a further one only if it fits as a whole. */
    @Test
    void theFirstBatchComesHoweverSmallTheLimit(ServerProcess server) {
        int size = ((MemoryRecords) fetch(server, 12, at(12), 1 << 20).records()).sizeInBytes();
        for (int limit : new int[] {0, 1, size - 1, size, size + 1, 2 * size - 1}) {
            assertThat(batches(fetch(server, 12, at(FIRST), limit))).containsExactly(3L);
            assertThat(batches(fetch(server, 12, at(FIRST).setPartitionMaxBytes(limit), 1 << 20)))
                    .containsExactly(3L);
        }
        for (int limit : new int[] {2 * size, 2 * size + 1}) {
            assertThat(batches(fetch(server, 12, at(FIRST), limit))).containsExactly(3L, 6L);
            assertThat(batches(fetch(server, 12, at(FIRST).setPartitionMaxBytes(limit), 1 << 20)))
                    .containsExactly(3L, 6L);
        }
    }

    private String list(ServerProcess server, int version, int partition, long timestamp, int leaderEpoch) {
        ListOffsetsRequestData data = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic())
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setTimestamp(timestamp)
                                .setCurrentLeaderEpoch(leaderEpoch)))));
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(data, (short) version);
        try (RawApi api = new RawApi(server)) {
            ListOffsetsResponse response =
                    (ListOffsetsResponse) api.ask(ListOffsetsRequest.parse(bytes, (short) version));
            ListOffsetsPartitionResponse answer =
                    response.data().topics().get(0).partitions().get(0);
            String time = answer.timestamp() < 0 ? "" : " at " + (answer.timestamp() - START);
            return answer.errorCode() == 0
                    ? answer.offset() + time
                    : Errors.forCode(answer.errorCode()).name();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-1,1,15", // latest
        "-2,1,4", // earliest
        "-3,7,13 at 4300", // the largest timestamp
        "-4,8,4", // earliest local
        "-5,9,-1", // latest tiered: there is none
        "-6,11,-1" // earliest to be uploaded: there is none
    })
    void specialTimestampsMeanSomethingFromTheirVersionOn(
            long timestamp, int since, String answer, ServerProcess server) {
        for (int version = 1; version <= 11; version++) {
            assertThat(list(server, version, 0, timestamp, -1))
                    .isEqualTo(version < since ? "UNSUPPORTED_VERSION" : answer);
        }
        assertThat(list(server, 11, 0, -7, -1)).isEqualTo("UNSUPPORTED_VERSION");
    }

    @ParameterizedTest
    @CsvSource({
        "-60000,4 at 1300",
        "100,4 at 1300",
        "1300,4 at 1300",
        "1301,6 at 2100",
        "2100,6 at 2100",
        "2101,7 at 2300",
        "2300,7 at 2300",
        "2301,9 at 3100",
        "4200,13 at 4300",
        "4300,13 at 4300",
        "4301,-1",
        "9000000000000,-1"
    })
    void aTimeFindsTheFirstRecordFromThenOn(long time, String answer, ServerProcess server) {
        assertThat(list(server, 10, 0, START + time, -1)).isEqualTo(answer);
        assertThat(list(server, 1, 0, START + time, -1)).isEqualTo(answer);
        assertThat(list(server, 10, 1, START + time, -1))
                .as("in an empty partition")
                .isEqualTo("-1");
    }

    private EpochEndOffset epochEnd(ServerProcess server, int version, int epoch, int currentEpoch) {
        OffsetForLeaderTopic asked = new OffsetForLeaderTopic()
                .setTopic(topic())
                .setPartitions(List.of(new OffsetForLeaderPartition()
                        .setPartition(0)
                        .setLeaderEpoch(epoch)
                        .setCurrentLeaderEpoch(currentEpoch)));
        OffsetForLeaderEpochRequestData data = new OffsetForLeaderEpochRequestData()
                .setReplicaId(-1)
                .setTopics(new OffsetForLeaderTopicCollection(List.of(asked).iterator()));
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(data, (short) version);
        try (RawApi api = new RawApi(server)) {
            OffsetsForLeaderEpochResponse response =
                    (OffsetsForLeaderEpochResponse) api.ask(OffsetsForLeaderEpochRequest.parse(bytes, (short) version));
            return response.data().topics().iterator().next().partitions().get(0);
        }
    }

    /** KIP-320. That an older one is fenced takes a leader that moved. */
    @Test
    void anEpochThatIsYetToComeIsUnknown(ServerProcess server) {
        int now = batchEpoch(server);
        for (int version : new int[] {9, 12}) {
            assertThat(fetch(server, version, at(FIRST).setCurrentLeaderEpoch(now), 1 << 20)
                            .errorCode())
                    .isZero();
            assertThat(fetch(server, version, at(FIRST).setCurrentLeaderEpoch(now + 1), 1 << 20)
                            .errorCode())
                    .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
        assertThat(list(server, 10, 0, -1, now)).isEqualTo("15");
        assertThat(list(server, 10, 0, -1, now + 1)).isEqualTo("UNKNOWN_LEADER_EPOCH");
        for (int version = 2; version <= 4; version++) {
            assertThat(epochEnd(server, version, now, now).endOffset()).isEqualTo(END);
            assertThat(epochEnd(server, version, now + 1, now).endOffset()).isEqualTo(-1);
            assertThat(epochEnd(server, version, now + 1, now).leaderEpoch()).isEqualTo(-1);
            assertThat(epochEnd(server, version, now, now + 1).errorCode())
                    .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
        PartitionData ahead = fetch(server, 12, at(END + 5).setLastFetchedEpoch(now), 1 << 20);
        assertThat(ahead.errorCode()).isZero();
        assertThat(ahead.divergingEpoch().epoch()).isEqualTo(now);
        assertThat(ahead.divergingEpoch().endOffset()).isEqualTo(END);
        assertThat(fetch(server, 12, at(FIRST).setLastFetchedEpoch(now + 1), 1 << 20)
                        .errorCode())
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    }

    private int batchEpoch(ServerProcess server) {
        MemoryRecords records =
                (MemoryRecords) fetch(server, 12, at(FIRST), 1 << 20).records();
        return records.batches().iterator().next().partitionLeaderEpoch();
    }
}
