package io.rowlock.broker.replication;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.Partitions;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Has the partitions of this node follow their leaders: reads from the metadata which follow whom, and keeps one {@link
 * LeaderFetcher} for each of those nodes. To be told of metadata after {@link Partitions}. Thread-safe; does not block.
 */
public final class Replication {

    /** Whom a partition follows. */
    private record Course(Partition partition, int leader, int leaderEpoch) {}

    private final Partitions partitions;
    private final Surroundings world;
    private final Map<UUID, SortedMap<Integer, Course>> courses = new TreeMap<>();
    private final Map<Integer, LeaderFetcher> fetchers = new TreeMap<>();
    /** How many partitions follow each leader. */
    private final Map<Integer, Integer> followers = new TreeMap<>();

    private boolean stopped;

    /** Follows nobody before it is told of metadata. */
    public Replication(Partitions partitions, Surroundings world) {
        this.partitions = partitions;
        this.world = world;
    }

    /** Follows the cluster from one image to the next. */
    public synchronized void apply(MetadataImage previous, MetadataImage next, MetadataDelta delta) {
        if (stopped) {
            return;
        }
        if (delta.complete()) {
            List.copyOf(courses.keySet()).stream()
                    .filter(topic -> next.topic(topic) == null)
                    .forEach(topic -> steer(topic, new TreeMap<>()));
        }
        delta.deletedTopics().forEach(topic -> steer(topic, new TreeMap<>()));
        delta.topics().forEach(topic -> steer(topic.id(), coursesOf(topic)));
        delta.nodes().forEach(node -> reconnectTo(node, previous.node(node.id())));
        fetchers.entrySet().removeIf(each -> {
            boolean idle = !followers.containsKey(each.getKey());
            if (idle) {
                each.getValue().close();
            }
            return idle;
        });
    }

    private void reconnectTo(NodeInfo node, @Nullable NodeInfo before) {
        LeaderFetcher fetcher = fetchers.get(node.id());
        if (fetcher != null && before != null && before.brokerEpoch() != node.brokerEpoch()) {
            fetcher.reconnect();
        }
    }

    private SortedMap<Integer, Course> coursesOf(TopicInfo topic) {
        SortedMap<Integer, Course> found = new TreeMap<>();
        for (PartitionInfo info : topic.partitions()) {
            boolean follows = info.replicas().contains(world.nodeId())
                    && info.leader() != world.nodeId()
                    && info.leader() != PartitionInfo.NO_LEADER;
            Partition partition =
                    follows ? partitions.find(topic.id(), "", info.index()).partition() : null;
            if (partition != null) {
                found.put(info.index(), new Course(partition, info.leader(), info.leaderEpoch()));
            }
        }
        return found;
    }

    private void steer(UUID topic, SortedMap<Integer, Course> now) {
        @Nullable SortedMap<Integer, Course> known = now.isEmpty() ? courses.remove(topic) : courses.put(topic, now);
        SortedMap<Integer, Course> before = known == null ? new TreeMap<>() : known;
        before.forEach((index, course) -> {
            if (!course.equals(now.get(index))) {
                leave(new PartitionId(topic, index), course);
            }
        });
        now.forEach((index, course) -> {
            if (!course.equals(before.get(index))) {
                take(new PartitionId(topic, index), course);
            }
        });
    }

    private void take(PartitionId id, Course course) {
        followers.merge(course.leader(), 1, Integer::sum);
        fetchers.computeIfAbsent(course.leader(), leader -> new LeaderFetcher(leader, world))
                .follow(id, course.partition(), course.leaderEpoch());
    }

    private void leave(PartitionId id, Course course) {
        followers.computeIfPresent(course.leader(), (leader, count) -> count == 1 ? null : count - 1);
        LeaderFetcher fetcher = fetchers.get(course.leader());
        if (fetcher != null) {
            fetcher.unfollow(id);
        }
    }

    /** Follows nobody any more; what partitions were handed already they may still write. */
    public synchronized void stop() {
        stopped = true;
        fetchers.values().forEach(LeaderFetcher::close);
        fetchers.clear();
    }
}
