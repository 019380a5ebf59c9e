package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.log.ReadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks into all nodes at once, which nobody else can: one leader to an epoch, epochs that grow, high watermarks that do not go
 * back while a process lives, below them the same bytes everywhere, ever, and whoever is in sync has all of them.
 */
final class ReplicaCheck {
    private static final int READ_BYTES = 1 << 16;

    /** What one process has shown of one partition. */
    private static final class Shown {
        private int epoch = -1;
        private long highWatermark;
        private long compared;
        private long end;
    }

    private record Leadership(int partition, int epoch) {}

    private final SimWorld world;
    private final TopicShape topic;
    private final Map<Leadership, Integer> leaders = new HashMap<>();
    private final Map<NodeRun, Shown[]> shown = new HashMap<>();
    /** The batches below any high watermark, by base offset. */
    private final List<TreeMap<Long, byte[]>> agreed = new ArrayList<>();

    private final long[] agreedEnd;
    private @Nullable TopicInfo last;

    ReplicaCheck(SimWorld world, TopicShape topic) {
        this.world = world;
        this.topic = topic;
        this.agreedEnd = new long[topic.partitions()];
        for (int i = 0; i < topic.partitions(); i++) {
            agreed.add(new TreeMap<>());
        }
    }

    void look(List<SimNode> nodes, TopicInfo info) {
        shown.keySet().removeIf(run -> run.process().isDead());
        for (SimNode node : nodes) {
            NodeRun run = node.run();
            if (run != null) {
                Shown[] all = shown.computeIfAbsent(run, any -> {
                    Shown[] fresh = new Shown[topic.partitions()];
                    Arrays.setAll(fresh, i -> new Shown());
                    return fresh;
                });
                for (int partition = 0; partition < topic.partitions(); partition++) {
                    Partition replica = run.replica(topic.id(), partition);
                    if (replica != null) {
                        look(node, partition, replica.view(), all[partition]);
                    }
                }
            }
        }
        info.partitions().forEach(each -> requireComplete(nodes, each));
        follow(info);
    }

    /** Each that may be elected has what any high watermark ever covered. A node that has not registered yet may not. */
    private void requireComplete(List<SimNode> nodes, PartitionInfo info) {
        for (int id : info.inSyncReplicas()) {
            NodeRun run = nodes.get(id - 1).run();
            Partition replica = run == null || !run.isRegistered() ? null : run.replica(topic.id(), info.index());
            LogSnapshot log = replica == null ? null : replica.view().snapshot();
            if (log != null && log.endOffset() < agreedEnd[info.index()]) {
                throw new History.Violation(
                        1,
                        "node " + id + " is in sync in partition " + info.index() + " and ends at " + log.endOffset()
                                + ", where a high watermark was " + agreedEnd[info.index()] + " already");
            }
        }
    }

    /** Counts what became of leaders and in-sync replicas. */
    private void follow(TopicInfo now) {
        TopicInfo before = last;
        last = now;
        if (before == null || before.equals(now)) {
            return;
        }
        for (PartitionInfo each : now.partitions()) {
            PartitionInfo was = before.partitions().get(each.index());
            if (was.leader() != each.leader()) {
                world.tally.count(each.leader() == PartitionInfo.NO_LEADER ? "leaders lost" : "elections");
            }
            int grown = each.inSyncReplicas().size() - was.inSyncReplicas().size();
            if (grown != 0) {
                world.tally.count(grown > 0 ? "in-sync replicas added" : "in-sync replicas removed");
            }
        }
    }

    private void look(SimNode node, int partition, PartitionView view, Shown before) {
        LogSnapshot log = view.snapshot();
        if (log == null) {
            return;
        }
        if (view.status() == PartitionView.Status.LEADING) {
            Integer other = leaders.putIfAbsent(new Leadership(partition, view.leaderEpoch()), node.id);
            if (other == null) {
                world.tally.count("leaderships");
            } else if (other != node.id) {
                throw new History.Violation(
                        2,
                        "nodes " + other + " and " + node.id + " lead partition " + partition + " in epoch "
                                + view.leaderEpoch());
            }
        }
        if (view.leaderEpoch() < before.epoch) {
            throw new History.Violation(
                    2, "partition " + partition + " on node " + node.id + " went back to epoch " + view.leaderEpoch());
        }
        if (view.highWatermark() < before.highWatermark) {
            throw new History.Violation(
                    3,
                    "the high watermark of partition " + partition + " on node " + node.id + " went back from "
                            + before.highWatermark + " to " + view.highWatermark());
        }
        if (view.highWatermark() > log.endOffset()) {
            throw new History.Violation(
                    3,
                    "the high watermark of partition " + partition + " on node " + node.id + " is "
                            + view.highWatermark() + ", above the end " + log.endOffset());
        }
        if (log.endOffset() < before.end) {
            world.tally.count("truncations");
        }
        before.epoch = view.leaderEpoch();
        before.highWatermark = view.highWatermark();
        before.end = log.endOffset();
        compare(node, partition, log, before, view.highWatermark());
    }

    private void compare(SimNode node, int partition, LogSnapshot log, Shown before, long until) {
        long from = Math.max(before.compared, log.startOffset());
        while (from < until) {
            ByteBuf bytes = read(log, from, until);
            if (!bytes.isReadable()) {
                break;
            }
            long[] next = {from};
            Records.forEachBatch(bytes, batch -> {
                byte[] content = ByteBufUtil.getBytes(bytes, batch.start(), batch.sizeInBytes());
                agree(node, partition, batch.baseOffset(), batch.nextOffset(), content);
                next[0] = batch.nextOffset();
            });
            if (next[0] == from) {
                break;
            }
            from = next[0];
        }
        before.compared = from;
    }

    private void agree(SimNode node, int partition, long offset, long next, byte[] content) {
        TreeMap<Long, byte[]> batches = agreed.get(partition);
        byte[] known = batches.get(offset);
        if (known == null && offset >= agreedEnd[partition]) {
            batches.put(offset, content);
            agreedEnd[partition] = next;
        } else if (known == null || !Arrays.equals(known, content)) {
            throw new History.Violation(
                    3,
                    "below the high watermark, partition " + partition + " on node " + node.id
                            + " has another batch at " + offset + " than others had");
        }
    }

    static ByteBuf read(LogSnapshot log, long from, long until) {
        try {
            ReadResult result = log.read(from, until, READ_BYTES, true);
            if (!(result instanceof ReadResult.FetchSlice slice)) {
                throw new AssertionError("reading from " + from + " until " + until + " gives " + result);
            }
            ByteBuffer bytes = ByteBuffer.allocate(slice.records().sizeInBytes());
            slice.records().readInto(bytes);
            slice.records().release();
            return Unpooled.wrappedBuffer(bytes.flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
