package io.rowlock.broker.api.topics;

import io.rowlock.broker.cluster.NewPartitions;

/** What follows from the wish that a topic have more partitions: that, or a refusal. */
sealed interface PartitionsDecision permits PartitionsDecision.Add, TopicDecision.Refuse {

    /** They may be added like this. */
    record Add(NewPartitions partitions) implements PartitionsDecision {}
}
