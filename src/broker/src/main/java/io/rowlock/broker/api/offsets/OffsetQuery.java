package io.rowlock.broker.api.offsets;

import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.log.TimestampOffset;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a ListOffsets timestamp asks for: a place in the log by Kafka's special values, or a time. */
enum OffsetQuery {
    LATEST(-1, 1),
    EARLIEST(-2, 1),
    /** KIP-734. */
    MAX_TIMESTAMP(-3, 7),
    /** KIP-405: without tiers everything is local. */
    EARLIEST_LOCAL(-4, 8),
    /** KIP-1005: without tiers there is none. */
    LATEST_TIERED(-5, 9),
    /** KIP-1023: without tiers there is none. */
    EARLIEST_PENDING_UPLOAD(-6, 11),
    BY_TIME(0, 1);

    private final long special;
    private final int sinceVersion;

    OffsetQuery(long special, int sinceVersion) {
        this.special = special;
        this.sinceVersion = sinceVersion;
    }

    /** What {@code timestamp} means; BY_TIME also for what has no meaning, which {@link #isKnown} tells. */
    static OffsetQuery of(long timestamp) {
        for (OffsetQuery query : values()) {
            if (query != BY_TIME && query.special == timestamp) {
                return query;
            }
        }
        return BY_TIME;
    }

    /** Whether version {@code version} of the API has this timestamp. */
    boolean isKnown(long timestamp, int version) {
        return version >= sinceVersion && (this != BY_TIME || timestamp >= 0);
    }

    /** Whether answering reads records, and so may block. */
    boolean readsRecords() {
        return this == BY_TIME || this == MAX_TIMESTAMP;
    }

    /** The answer from a leader's view. Blocks where {@link #readsRecords}. */
    Answer ask(PartitionView view, long timestamp, boolean readCommitted) throws IOException {
        LogSnapshot log = view.leaderLog();
        long visibleEnd = readCommitted ? view.lastStableOffset() : view.highWatermark();
        // A new leader does not know yet how far its predecessor's records were confirmed (KIP-207).
        boolean endIsKnown = view.highWatermark() >= view.epochStartOffset();
        return switch (this) {
            case LATEST ->
                endIsKnown
                        ? Answer.at(-1, visibleEnd, log.latestEpoch())
                        : Answer.failed(ErrorCode.OFFSET_NOT_AVAILABLE);
            case EARLIEST, EARLIEST_LOCAL -> Answer.at(-1, log.startOffset(), log.epochOf(log.startOffset()));
            case LATEST_TIERED, EARLIEST_PENDING_UPLOAD -> Answer.NOTHING;
            case MAX_TIMESTAMP -> found(log.maxTimestampOffset(), visibleEnd, endIsKnown);
            case BY_TIME -> found(log.offsetForTimestamp(timestamp, visibleEnd), visibleEnd, endIsKnown);
        };
    }

    private static Answer found(@Nullable TimestampOffset found, long visibleEnd, boolean endIsKnown) {
        if (found != null && found.offset() < visibleEnd) {
            return Answer.at(found.timestamp(), found.offset(), found.leaderEpoch());
        }
        return endIsKnown ? Answer.NOTHING : Answer.failed(ErrorCode.OFFSET_NOT_AVAILABLE);
    }

    /** All but the error are -1 where there is nothing to tell. */
    record Answer(ErrorCode error, long timestamp, long offset, int leaderEpoch) {

        static final Answer NOTHING = new Answer(ErrorCode.NONE, -1, -1, -1);

        static Answer at(long timestamp, long offset, int leaderEpoch) {
            return new Answer(ErrorCode.NONE, timestamp, offset, leaderEpoch);
        }

        static Answer failed(ErrorCode error) {
            return new Answer(error, -1, -1, -1);
        }
    }
}
