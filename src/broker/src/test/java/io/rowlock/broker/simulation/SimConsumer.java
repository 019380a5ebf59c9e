package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.rowlock.net.AnswerRecords;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A consumer of one partition, who begins anew now and then and must find the same again. */
final class SimConsumer {
    private static final short FETCH_VERSION = 17;
    private static final int WAIT_MILLIS = 500;
    private static final int PARTITION_BYTES = 400;

    private final SimWorld world;
    private final History history;
    private final SimClient client;
    private final int partition;
    private long position;

    SimConsumer(SimWorld world, History history, SimClient client, int partition) {
        this.world = world;
        this.history = history;
        this.client = client;
        this.partition = partition;
    }

    void start() {
        client.learn();
        client.later(500, this::fetch);
    }

    private void fetch() {
        int leader = client.leader(partition);
        if (leader < 0) {
            client.learn();
            client.later(200, this::fetch);
            return;
        }
        if (client.random.chance(10)) {
            position = 0;
        }
        FetchRequest request = new FetchRequest()
                .setSessionEpoch(-1)
                .setMaxWaitMs(WAIT_MILLIS)
                .setMinBytes(1)
                .setTopics(List.of(new FetchRequest.FetchTopic()
                        .setTopicId(client.topic().id())
                        .setPartitions(List.of(new FetchRequest.FetchPartition()
                                .setPartition(partition)
                                .setFetchOffset(position)
                                .setPartitionMaxBytes(PARTITION_BYTES)))));
        client.ask(leader, ApiKey.FETCH, FETCH_VERSION, request, this::answered);
    }

    private void answered(@Nullable ApiMessage answer) {
        if (answer == null) {
            client.learn();
            client.later(200, this::fetch);
            return;
        }
        FetchResponse response = (FetchResponse) answer;
        PartitionData data = response.responses().isEmpty()
                ? new PartitionData().setErrorCode(response.errorCode())
                : response.responses().get(0).partitions().get(0);
        ErrorCode error = ErrorCode.forCode(data.errorCode());
        if (error == ErrorCode.NONE) {
            take(data);
            client.later(30, this::fetch);
        } else {
            world.tally.count("fetch: " + error);
            if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
                history.outOfRange(partition, position);
            }
            client.learn();
            client.later(200, this::fetch);
        }
        AnswerRecords.release(answer);
    }

    private void take(PartitionData data) {
        if (data.records() instanceof BufferRecords records) {
            ByteBuf bytes = records.buffer();
            Records.forEach(bytes, (offset, value) -> {
                // A batch begins before the position where it was asked for from within.
                if (offset >= position) {
                    history.read(partition, offset, value, data.highWatermark());
                    position = offset + 1;
                }
            });
        }
    }
}
