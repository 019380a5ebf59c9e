package io.rowlock.broker.group;

import java.util.UUID;

/**
 * An offset that a group has committed.
 *
 * @param leaderEpoch -1 if the client did not say
 * @param metadata empty if the client gave none
 */
public record CommittedOffset(UUID topicId, int partition, long offset, int leaderEpoch, String metadata) {}
