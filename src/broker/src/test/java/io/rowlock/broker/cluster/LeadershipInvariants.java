package io.rowlock.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

/** What must hold of every image, and from one to the next. For the images of one cluster in their order. */
public final class LeadershipInvariants {

    private record Epoch(PartitionId partition, int leaderEpoch) {}

    private final Map<Epoch, Integer> leaders = new HashMap<>();
    private final Map<PartitionId, PartitionInfo> before = new HashMap<>();

    /** Fails where a rule is broken. */
    public void check(MetadataImage image) {
        for (TopicInfo topic : image.topics()) {
            for (PartitionInfo p : topic.partitions()) {
                check(image, new PartitionId(topic.id(), p.index()), p);
            }
        }
    }

    private void check(MetadataImage image, PartitionId id, PartitionInfo p) {
        assertThat(p.replicas()).as("%s", p).containsAll(p.inSyncReplicas());
        if (p.leader() == PartitionInfo.NO_LEADER) {
            assertThat(p.inSyncReplicas())
                    .as("without a leader, none of these is active: %s", p)
                    .noneMatch(node -> isIn(image, node, NodeInfo::isActive));
        } else {
            assertThat(p.inSyncReplicas())
                    .as("with a leader, each of these serves: %s", p)
                    .contains(p.leader())
                    .allMatch(node -> isIn(image, node, NodeInfo::isServing));
        }
        Integer former = leaders.putIfAbsent(new Epoch(id, p.leaderEpoch()), p.leader());
        assertThat(former).as("the leader of one epoch of %s", p).isIn(null, p.leader());
        PartitionInfo last = before.put(id, p);
        if (last != null && !last.equals(p)) {
            assertThat(p.partitionEpoch()).as("%s after %s", p, last).isGreaterThan(last.partitionEpoch());
            assertThat(p.leaderEpoch()).as("%s after %s", p, last).isGreaterThanOrEqualTo(last.leaderEpoch());
        }
    }

    private interface Standing {
        boolean test(NodeInfo node);
    }

    private static boolean isIn(MetadataImage image, int id, Standing standing) {
        NodeInfo node = image.node(id);
        return node != null && standing.test(node);
    }
}
