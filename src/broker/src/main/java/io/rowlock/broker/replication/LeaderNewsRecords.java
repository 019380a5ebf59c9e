package io.rowlock.broker.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.message.FetchResponse;
import org.jspecify.annotations.Nullable;

/** The references that answers of leaders hold on what was received. */
final class LeaderNewsRecords {

    static final ByteBuf NONE = Unpooled.EMPTY_BUFFER;

    private LeaderNewsRecords() {}

    /** Lets go of an answer that came too late. */
    static void release(@Nullable ApiMessage answer) {
        if (answer instanceof FetchResponse response) {
            response.responses()
                    .forEach(topic -> topic.partitions().forEach(partition -> {
                        if (partition.records() instanceof BufferRecords records) {
                            records.buffer().release();
                        }
                    }));
        }
    }
}
