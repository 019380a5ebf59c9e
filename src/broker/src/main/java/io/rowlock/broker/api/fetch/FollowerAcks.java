package io.rowlock.broker.api.fetch;

import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionOwner;
import io.rowlock.broker.partition.PartitionOwner.FollowerFetch;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchRequest.ReplicaState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * What the requests of followers acknowledge: an offset counts only under the epoch of this leader, and only where the
 * follower's log agrees with this one.
 */
final class FollowerAcks {

    private final Partitions partitions;

    FollowerAcks(Partitions partitions) {
        this.partitions = partitions;
    }

    /**
     * Hands what a request acknowledges to the owners of its partitions: one task for each owner, in the order of requests.
     *
     * @param host where the caller runs
     */
    void take(FetchRequest request, long nowNanos, Executor host) {
        Map<PartitionOwner, List<FollowerFetch>> byOwner = new LinkedHashMap<>();
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition asked : topic.partitions()) {
                Partition partition = partitions
                        .find(topic.topicId(), topic.topic(), asked.partition())
                        .partition();
                if (partition != null && agrees(partition.view(), asked)) {
                    byOwner.computeIfAbsent(partition.owner(), owner -> new ArrayList<>())
                            .add(new FollowerFetch(partition, asked.currentLeaderEpoch(), asked.fetchOffset()));
                }
            }
        }
        ReplicaState replica = request.replicaState();
        byOwner.forEach((owner, fetched) ->
                owner.followerFetched(replica.replicaId(), replica.replicaEpoch(), fetched, nowNanos, host));
    }

    private static boolean agrees(PartitionView view, FetchPartition asked) {
        return asked.currentLeaderEpoch() >= 0
                && view.checkLeader(asked.currentLeaderEpoch()) == ErrorCode.NONE
                && LogAgreement.of(view.leaderLog(), asked.fetchOffset(), asked.lastFetchedEpoch())
                        instanceof LogAgreement.Agrees;
    }
}
