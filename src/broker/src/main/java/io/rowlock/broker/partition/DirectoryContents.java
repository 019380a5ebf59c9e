package io.rowlock.broker.partition;

import io.rowlock.log.LogDirectory;
import io.rowlock.log.TopicPartition;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** What the directory of this node holds, and what room there is. Any thread; what waits for the disk says so. */
public final class DirectoryContents {

    private static final System.Logger LOG = System.getLogger(DirectoryContents.class.getName());

    /**
     * A replica on this node.
     *
     * @param bytes of its records on disk; 0 if the disk does not tell
     * @param open whether its log is open; otherwise it is being recovered, or offline
     */
    public record Replica(PartitionKey key, long bytes, boolean open) {}

    private final Partitions partitions;
    private final LogDirectory directory;

    public DirectoryContents(Partitions partitions, LogDirectory directory) {
        this.partitions = partitions;
        this.directory = directory;
    }

    /** The absolute path, as Kafka's tools name a log directory. */
    public String path() {
        return directory.root().toAbsolutePath().normalize().toString();
    }

    /** Of the file system. Waits for the disk. */
    public long totalBytes() throws IOException {
        return directory.disk().totalBytes(directory.root());
    }

    /** What can still be written to the file system. Waits for the disk. */
    public long usableBytes() throws IOException {
        return directory.disk().usableBytes(directory.root());
    }

    /** Of the replicas that this node has those that are asked for. Waits for the disk where a log is not open. */
    public List<Replica> replicas(Predicate<PartitionKey> asked) {
        return partitions
                .all()
                .filter(partition -> !partition.view().status().isOver() && asked.test(partition.key()))
                .map(this::replica)
                .toList();
    }

    private Replica replica(Partition partition) {
        PartitionKey key = partition.key();
        LogSnapshot snapshot = partition.view().snapshot();
        if (snapshot != null) {
            return new Replica(key, snapshot.sizeInBytes(), true);
        }
        long bytes = 0;
        try {
            bytes = directory.bytesOnDisk(new TopicPartition(key.topic(), key.index()));
        } catch (IOException e) {
            // Why it is offline was told when it went; a file may also just have gone.
            LOG.log(System.Logger.Level.DEBUG, "Cannot tell the size of " + key, e);
        }
        return new Replica(key, bytes, false);
    }
}
