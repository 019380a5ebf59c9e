package io.rowlock.broker.cluster;

import java.util.UUID;

/**
 * How far a partition has come, as its leader saw it.
 *
 * @param leaderEpoch of that leader
 * @param logStartOffset the first offset that is there, or was before the log became empty
 * @param highWatermark consumers see offsets below it
 */
public record PartitionProgress(UUID topicId, int partition, int leaderEpoch, long logStartOffset, long highWatermark) {

    /** Whether this may replace {@code before}: neither epochs, nor offsets within one, ever go back. */
    public boolean isNewerThan(PartitionProgress before) {
        return leaderEpoch == before.leaderEpoch
                ? logStartOffset >= before.logStartOffset && highWatermark >= before.highWatermark
                : leaderEpoch > before.leaderEpoch;
    }
}
