package io.rowlock.broker.wire;

import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.Records;
import io.rowlock.protocol.TransferableRecords;
import io.rowlock.protocol.message.FetchResponse;
import org.jspecify.annotations.Nullable;

/** The references that responses hold to files and buffers. */
final class ResponseRecords {
    private ResponseRecords() {}

    /** Lets go of the records of {@code response}, if it is of a kind that has any. */
    static void release(ApiMessage response) {
        if (response instanceof FetchResponse fetch) {
            for (FetchResponse.FetchableTopicResponse topic : fetch.responses()) {
                for (FetchResponse.PartitionData partition : topic.partitions()) {
                    release(partition.records());
                }
            }
        }
    }

    private static void release(@Nullable Records records) {
        if (records instanceof TransferableRecords inFile) {
            inFile.release();
        } else if (records instanceof BufferRecords inMemory) {
            inMemory.buffer().release();
        }
    }
}
