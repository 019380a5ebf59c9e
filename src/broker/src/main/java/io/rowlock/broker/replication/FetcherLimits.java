package io.rowlock.broker.replication;

import io.rowlock.broker.config.BrokerSettings;
import java.time.Duration;

/**
 * What bounds the fetches of a follower.
 *
 * @param minBytes a leader waits until it has so much ({@code replica.fetch.min.bytes})
 * @param maxWait or for so long ({@code replica.fetch.wait.max.ms})
 * @param partitionMaxBytes of one partition in one answer ({@code replica.fetch.max.bytes}); a larger batch comes all the same
 * @param responseMaxBytes of records from one leader that are in memory and not confirmed by their partitions, and of one answer
 *     ({@code replica.fetch.response.max.bytes})
 * @param backoff the longest pause before something that failed is tried again ({@code replica.fetch.backoff.ms})
 * @param answerLimit for one answer and for setting up a connection ({@code replica.socket.timeout.ms})
 */
public record FetcherLimits(
        int minBytes,
        Duration maxWait,
        int partitionMaxBytes,
        int responseMaxBytes,
        Duration backoff,
        Duration answerLimit) {

    /** As the node's settings have them. */
    public static FetcherLimits of(BrokerSettings.ReplicationValues settings) {
        return new FetcherLimits(
                settings.fetchMinBytes(),
                settings.fetchWaitMax(),
                settings.fetchMaxBytes(),
                settings.fetchResponseMaxBytes(),
                settings.fetchBackoff(),
                settings.socketTimeout());
    }
}
