package io.rowlock.broker.replication;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.log.EpochEnd;
import io.rowlock.protocol.ErrorCode;

/** What a leader's answer says of one partition. After all but {@link Progress} it is named again once that is dealt with. */
sealed interface LeaderNews {

    PartitionId partition();

    /** @param records hold a reference that is the receiver's to release */
    record Fetched(PartitionId partition, ByteBuf records, long highWatermark, long logStartOffset)
            implements LeaderNews {}

    /** No records, but perhaps news of how far the others are. */
    record Progress(PartitionId partition, long highWatermark, long logStartOffset) implements LeaderNews {}

    /** The logs part, at {@code end} at the latest. */
    record Diverged(PartitionId partition, EpochEnd end) implements LeaderNews {}

    /** The leader's log does not have what was asked for. */
    record OutOfRange(PartitionId partition, long logStartOffset) implements LeaderNews {}

    record Failed(PartitionId partition, ErrorCode error) implements LeaderNews {}
}
