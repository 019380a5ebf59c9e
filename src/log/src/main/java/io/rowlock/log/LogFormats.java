package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the files beside a log's batches, for those who look at a data directory without opening it. Changes nothing. */
public final class LogFormats {

    /** Ends of file names. */
    public static final String LOG = LogFiles.LOG;

    public static final String INDEX = LogFiles.INDEX;
    public static final String TIME_INDEX = LogFiles.TIME_INDEX;
    public static final String SNAPSHOT = LogFiles.SNAPSHOT;

    /** Whole file names within a partition's directory. */
    public static final String EPOCHS = LogFiles.EPOCHS;

    public static final String METADATA = LogFiles.METADATA;

    private LogFormats() {}

    /** Which leader epoch began where. */
    public interface Epochs {
        /** How many there are. */
        int count();

        /** The newest, or -1. */
        int latest();

        /** That of the record at {@code offset}, or -1. */
        int epochOf(long offset);
    }

    /** The file of a segment or snapshot. */
    public static Path file(Path directory, long offset, String suffix) {
        return LogFiles.file(directory, offset, suffix);
    }

    /** The offset in a file name of this suffix, or -1 if it is not such a name. */
    public static long offsetOf(String name, String suffix) {
        return LogFiles.offsetOf(name, suffix);
    }

    /** The partition that a directory of this name holds, or null for a name of another shape. */
    public static @Nullable TopicPartition partitionOf(String directoryName) {
        return TopicPartition.parse(directoryName);
    }

    /** Whether a directory of this name waits to be removed, as that of a deleted partition. */
    public static boolean isDeleted(String directoryName) {
        return directoryName.endsWith(LogFiles.DELETED_DIRECTORY);
    }

    /** Whether a directory of this name was moved aside, because its partition belongs to no topic that was known then. */
    public static boolean isStray(String directoryName) {
        return directoryName.endsWith(LogFiles.STRAY_DIRECTORY);
    }

    /** The id of the topic that the directory belongs to; null if the file is missing, or was torn before the first sync. */
    public static @Nullable UUID topicId(Disk disk, Path directory) throws IOException {
        return PartitionMetadata.read(disk, directory);
    }

    /** The text of an id. */
    public static String text(UUID id) {
        return TopicIds.encode(id);
    }

    /** Reads {@code leader-epoch-checkpoint}; null if the content is anything else. */
    public static @Nullable Epochs epochs(byte[] content) {
        LeaderEpochs epochs = LeaderEpochs.decode(content);
        return epochs == null ? null : view(epochs);
    }

    private static Epochs view(LeaderEpochs epochs) {
        return new Epochs() {
            @Override
            public int count() {
                return epochs.count();
            }

            @Override
            public int latest() {
                return epochs.latest();
            }

            @Override
            public int epochOf(long offset) {
                return epochs.epochOf(offset);
            }
        };
    }

    /** How many producers a snapshot names, or -1 if it is torn or otherwise wrong. */
    public static int producersIn(byte[] snapshot) {
        Map<Long, ProducerEntry> producers = ProducerSnapshot.decode(snapshot);
        return producers == null ? -1 : producers.size();
    }

    /** Reads a file of one offset per partition; an absent one holds nothing. */
    public static Map<TopicPartition, Long> offsets(Disk disk, Path file) throws IOException {
        return CheckpointFile.read(disk, file);
    }
}
