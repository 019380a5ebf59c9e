package io.rowlock.net;

import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.Records;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchSnapshotResponse;
import io.rowlock.protocol.message.ShareFetchResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The records in answers that were received: slices of the frame, each with a reference of its own. */
public final class AnswerRecords {
    private AnswerRecords() {}

    /**
     * Gives each slice of records in {@code answer} a reference, so that it outlives the frame that was read. Where there are
     * none, nothing is referred to: nobody has to release {@link BufferRecords#EMPTY}.
     */
    static void retain(ApiMessage answer) {
        if (answer instanceof FetchResponse fetch) {
            fetch.responses()
                    .forEach(topic -> topic.partitions().forEach(one -> one.setRecords(retained(one.records()))));
        } else if (answer instanceof ShareFetchResponse fetch) {
            fetch.responses()
                    .forEach(topic -> topic.partitions().forEach(one -> one.setRecords(retained(one.records()))));
        } else if (answer instanceof FetchSnapshotResponse fetch) {
            fetch.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(one ->
                                    one.setUnalignedRecords(Objects.requireNonNull(retained(one.unalignedRecords())))));
        }
    }

    private static @Nullable Records retained(@Nullable Records records) {
        if (records instanceof BufferRecords received) {
            if (received.sizeInBytes() == 0) {
                return BufferRecords.EMPTY;
            }
            received.buffer().retain();
        }
        return records;
    }

    /** Lets go of all records of a received {@code answer}; for whoever wants none of them. */
    public static void release(ApiMessage answer) {
        if (answer instanceof FetchResponse fetch) {
            fetch.responses().forEach(topic -> topic.partitions().forEach(one -> release(one.records())));
        } else if (answer instanceof ShareFetchResponse fetch) {
            fetch.responses().forEach(topic -> topic.partitions().forEach(one -> release(one.records())));
        } else if (answer instanceof FetchSnapshotResponse fetch) {
            fetch.topics().forEach(topic -> topic.partitions().forEach(one -> release(one.unalignedRecords())));
        }
    }

    private static void release(@Nullable Records records) {
        if (records instanceof BufferRecords received) {
            received.buffer().release();
        }
    }
}
