package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** Sends single batches, good or damaged, and tells what the broker made of them. */
final class RawProducer implements AutoCloseable {
    /** The last version that names topics instead of giving their ids. */
    private static final short PRODUCE_VERSION = 12;

    private static final short INIT_PRODUCER_ID_VERSION = 4;
    private static final String CLIENT = "raw-producer";

    private final RawConnection connection;
    private int correlationId;

    RawProducer(ServerProcess server) {
        connection = new RawConnection(server);
    }

    /** What became of a batch. */
    record Outcome(Errors error, long baseOffset) {}

    /** A producer id and epoch as the broker gives them to an idempotent producer. */
    record Identity(long id, short epoch) {
        /** A batch of {@code count} records that begins with sequence number {@code sequence}. */
        ByteBuffer batch(int sequence, int count) {
            return bytes(
                    MemoryRecords.withIdempotentRecords(Compression.NONE, id, epoch, sequence, simpleRecords(count)));
        }

        Identity withEpoch(int other) {
            return new Identity(id, (short) other);
        }
    }

    /** A batch of {@code count} records of nobody in particular. */
    static ByteBuffer batch(int count) {
        return bytes(MemoryRecords.withRecords(Compression.NONE, simpleRecords(count)));
    }

    private static SimpleRecord[] simpleRecords(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(1_700_000_000_000L + i, new byte[] {1, 2, 3, (byte) i}))
                .toArray(SimpleRecord[]::new);
    }

    private static ByteBuffer bytes(MemoryRecords records) {
        ByteBuffer source = records.buffer().duplicate();
        return ByteBuffer.allocate(source.remaining()).put(source).flip();
    }

    /** Asks again where the broker says that it is about to know; Apache Kafka's first block of ids takes it a moment. */
    Identity identity() {
        InitProducerIdRequestData data =
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000);
        while (true) {
            InitProducerIdRequest request = new InitProducerIdRequest.Builder(data).build(INIT_PRODUCER_ID_VERSION);
            InitProducerIdResponse response =
                    (InitProducerIdResponse) Objects.requireNonNull(exchange(ApiKeys.INIT_PRODUCER_ID, request));
            if (response.error() == Errors.NONE) {
                return new Identity(
                        response.data().producerId(), response.data().producerEpoch());
            }
            if (response.error() != Errors.COORDINATOR_LOAD_IN_PROGRESS) {
                throw new AssertionError("no producer id: " + response.error());
            }
        }
    }

    /** The outcome for one partition, or null where the broker closed the connection instead. */
    @Nullable
    Outcome produce(TopicPartition partition, int acks, @Nullable ByteBuffer records) {
        PartitionProduceData data = new PartitionProduceData().setIndex(partition.partition());
        data.setRecords(records == null ? null : MemoryRecords.readableRecords(records.duplicate()));
        TopicProduceData topic =
                new TopicProduceData().setName(partition.topic()).setPartitionData(List.of(data));
        ProduceRequestData request = new ProduceRequestData()
                .setAcks((short) acks)
                .setTimeoutMs(10_000)
                .setTopicData(new TopicProduceDataCollection(List.of(topic).iterator()));
        ProduceResponse response =
                (ProduceResponse) exchange(ApiKeys.PRODUCE, new ProduceRequest(request, PRODUCE_VERSION));
        if (response == null) {
            return null;
        }
        PartitionProduceResponse answer = response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
        return new Outcome(Errors.forCode(answer.errorCode()), answer.baseOffset());
    }

    private @Nullable AbstractResponse exchange(ApiKeys api, AbstractRequest request) {
        RequestHeader header = new RequestHeader(api, request.version(), CLIENT, correlationId++);
        ByteBuffer bytes = request.serializeWithHeader(header);
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        connection.sendFrame(body);
        ByteBuffer answer = connection.receive();
        return answer == null ? null : AbstractResponse.parseResponse(answer, header);
    }

    @Override
    public void close() {
        connection.close();
    }
}
