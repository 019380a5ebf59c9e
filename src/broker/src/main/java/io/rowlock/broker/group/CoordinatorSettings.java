package io.rowlock.broker.group;

import io.rowlock.broker.config.BrokerSettings;
import java.time.Duration;

/**
 * What an operator decides about a coordinator of groups.
 *
 * @param groups what holds for each group
 * @param commitTimeout {@code offsets.commit.timeout.ms}: how long a commit, and whatever else a client waits for, may wait for
 *     the store
 * @param offsetsRetention {@code offsets.retention.minutes}: how long the offsets of a group without members are kept
 * @param retentionCheckInterval {@code offsets.retention.check.interval.ms}: between two looks for expired offsets
 */
public record CoordinatorSettings(
        GroupSettings groups, Duration commitTimeout, Duration offsetsRetention, Duration retentionCheckInterval) {

    /** As the node's broker settings have it. */
    public static CoordinatorSettings of(BrokerSettings settings) {
        BrokerSettings.GroupValues values = settings.groups();
        return new CoordinatorSettings(
                new GroupSettings(
                        Duration.ofMillis(Math.max(0, values.initialRebalanceDelayMs())),
                        Duration.ofMillis(values.sessionTimeoutMinMs()),
                        Duration.ofMillis(values.sessionTimeoutMaxMs()),
                        values.sizeMax()),
                Duration.ofMillis(values.commitTimeoutMs()),
                Duration.ofMinutes(values.offsetsRetentionMinutes()),
                Duration.ofMillis(values.retentionCheckIntervalMs()));
    }
}
