package io.rowlock.broker.group;

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
        GroupSettings groups, Duration commitTimeout, Duration offsetsRetention, Duration retentionCheckInterval) {}
