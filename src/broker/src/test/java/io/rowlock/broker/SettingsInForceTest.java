package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.cluster.ConfigResource;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What settings do that are changed while a broker runs. */
@Timeout(60)
class SettingsInForceTest {

    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int SET = 0;
    private static final int DELETE = 1;

    @TempDir
    Path data;

    private final InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());

    private BrokerInProcess broker(Map<String, String> settings) throws IOException {
        return new BrokerInProcess(data, store, Durability.ASYNC, settings);
    }

    private static void change(BrokerClient client, int type, String name, int operation, String key, String value)
            throws IOException {
        IncrementalAlterConfigsResponse response = (IncrementalAlterConfigsResponse) client.ask(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                1,
                new IncrementalAlterConfigsRequest()
                        .setResources(List.of(new AlterConfigsResource()
                                .setResourceType((byte) type)
                                .setResourceName(name)
                                .setConfigs(List.of(new AlterableConfig()
                                        .setName(key)
                                        .setConfigOperation((byte) operation)
                                        .setValue(value))))));
        assertThat(response.responses().get(0).errorMessage()).isNull();
        assertThat(response.responses().get(0).errorCode()).isZero();
    }

    private static ErrorCode produce(BrokerClient client, UUID topic, int bytes) throws IOException {
        return ErrorCode.forCode(client.produce(BrokerClient.toProduce(topic, 0, -1, BrokerClient.batch(bytes)))
                .errorCode());
    }

    @Test
    void theNearestSettingDecidesWhatATopicTakes() throws IOException {
        try (BrokerInProcess broker = broker(Map.of("message.max.bytes", "4000"));
                BrokerClient client = new BrokerClient(broker)) {
            UUID topic = client.create("t", 1, Map.of());
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.NONE);
            change(client, BROKER, "", SET, "message.max.bytes", "2000");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            change(client, BROKER, "1", SET, "message.max.bytes", "3500");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.NONE);
            change(client, TOPIC, "t", SET, "max.message.bytes", "1000");
            assertThat(produce(client, topic, 1500)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            change(client, TOPIC, "t", DELETE, "max.message.bytes", "");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.NONE);
            change(client, BROKER, "1", DELETE, "message.max.bytes", "");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            assertThat(produce(client, client.create("u", 1, Map.of()), 3000)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        }
        try (BrokerInProcess restarted = broker(Map.of("message.max.bytes", "4000"));
                BrokerClient client = new BrokerClient(restarted)) {
            UUID topic = client.create("v", 1, Map.of());
            assertThat(produce(client, topic, 3000)).as("after a restart").isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            change(client, BROKER, "", DELETE, "message.max.bytes", "");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.NONE);
        }
    }

    private static long appendTime(BrokerClient client, UUID topic) throws IOException {
        return client.produce(BrokerClient.toProduce(topic, 0, -1, BrokerClient.batch(10)))
                .logAppendTimeMs();
    }

    @Test
    void theTypeOfTimestampsChangesInRunningTopics() throws IOException {
        try (BrokerInProcess broker = broker(Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            UUID topic = client.create("t", 1, Map.of());
            assertThat(appendTime(client, topic)).isEqualTo(-1);
            change(client, BROKER, "", SET, "log.message.timestamp.type", "LogAppendTime");
            assertThat(appendTime(client, topic)).isPositive();
            change(client, TOPIC, "t", SET, "message.timestamp.type", "CreateTime");
            assertThat(appendTime(client, topic)).isEqualTo(-1);
        }
    }

    /** A batch that is sent again has the offset it had, for as long as its producer is remembered. */
    @Test
    void producersAreForgottenAfterTheTimeOfTheMoment() throws IOException {
        RecordBatchBuilder batch = new RecordBatchBuilder(CompressionType.NONE)
                .producer(4711, (short) 0, 0)
                .add(1_700_000_000_000L, null, new byte[10]);
        try (BrokerInProcess broker = broker(Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            ProduceRequest request = BrokerClient.toProduce(client.create("t", 1, Map.of()), 0, -1, batch);
            assertThat(client.produce(request).baseOffset()).isZero();
            broker.timers().bringForward();
            assertThat(client.produce(request).baseOffset()).as("within a day").isZero();
            change(client, BROKER, "1", SET, "producer.id.expiration.ms", "1");
            long offset = 0;
            for (int round = 0; round < 10_000 && offset == 0; round++) {
                broker.timers().bringForward();
                offset = client.produce(request).baseOffset();
            }
            assertThat(offset).as("after a millisecond").isEqualTo(1);
            change(client, BROKER, "1", DELETE, "producer.id.expiration.ms", "");
            offset = client.produce(request).baseOffset();
            broker.timers().bringForward();
            assertThat(client.produce(request).baseOffset())
                    .as("within a day again")
                    .isEqualTo(offset);
        }
    }

    @Test
    void theNumberOfConnectionsIsThatOfTheMoment() throws IOException {
        try (BrokerInProcess broker = broker(Map.of());
                BrokerClient first = new BrokerClient(broker)) {
            change(first, BROKER, "1", SET, "max.connections", "1");
            assertThatThrownBy(() -> {
                        try (BrokerClient second = new BrokerClient(broker)) {
                            second.create("t", 1, Map.of());
                        }
                    })
                    .isInstanceOf(IOException.class);
            change(first, BROKER, "1", SET, "max.connections", "2");
            try (BrokerClient second = new BrokerClient(broker)) {
                second.create("t", 1, Map.of());
            }
        }
    }

    /** Another version took it, or somebody wrote it by SQL. */
    @Test
    void whatTheMetadataHoldsAndNobodyUnderstandsIsLeftOut() throws Exception {
        store.alterConfigs(List.of(new ConfigChange(
                        new ConfigResource.AllNodes(),
                        (current, overrides) -> new Decision.Become(Map.of(
                                "message.max.bytes", "2000", "max.connections", "some", "num.partitions", "7")))))
                .toCompletableFuture()
                .get();
        try (BrokerInProcess broker = broker(Map.of());
                BrokerClient client = new BrokerClient(broker)) {
            UUID topic = client.create("t", -1, Map.of());
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            change(client, BROKER, "", SET, "message.max.bytes", "4000");
            assertThat(produce(client, topic, 3000)).isEqualTo(ErrorCode.NONE);
            change(client, BROKER, "", DELETE, "max.connections", "");
        }
    }
}
