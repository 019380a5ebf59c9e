package io.rowlock.broker.partition;

/**
 * When a partition's log is synced.
 *
 * @param beforeAcknowledging whether an append counts as confirmed by this replica only once it is synced
 * @param everyMessages sync in the background after this many records; {@link Long#MAX_VALUE} for never
 * @param everyMillis sync in the background when the oldest unsynced record is this old; {@link Long#MAX_VALUE} for never
 */
public record FlushPolicy(boolean beforeAcknowledging, long everyMessages, long everyMillis) {

    /**
     * The topic's own {@code flush.messages} and {@code flush.ms} where it sets them, otherwise what the node promises.
     *
     * @param flushMessages the topic's setting, or {@link Long#MAX_VALUE} where it has none
     * @param flushMillis likewise
     */
    public static FlushPolicy of(Durability node, long flushMessages, long flushMillis) {
        boolean topicDecides = flushMessages != Long.MAX_VALUE || flushMillis != Long.MAX_VALUE;
        boolean beforeAcknowledging = topicDecides ? flushMessages == 1 : node == Durability.FSYNC;
        return new FlushPolicy(beforeAcknowledging, flushMessages, flushMillis);
    }
}
