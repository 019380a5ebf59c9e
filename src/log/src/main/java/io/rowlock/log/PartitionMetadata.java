package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The file {@code partition.metadata}, which ties a partition's directory to a topic id (KIP-516). */
final class PartitionMetadata {

    private static final String VERSION_LINE = "version: 0";
    private static final String ID_KEY = "topic_id: ";

    private PartitionMetadata() {}

    /** Creates directory and file if they are missing. */
    static void ensure(Disk disk, Path directory, UUID topicId) throws IOException {
        if (!disk.exists(directory)) {
            disk.createDirectories(directory);
            Path parent = directory.getParent();
            if (parent != null) {
                disk.syncDirectory(parent);
            }
        }
        UUID found = read(disk, directory);
        if (found == null) {
            String text = VERSION_LINE + "\n" + ID_KEY + TopicIds.encode(topicId) + "\n";
            disk.replace(directory.resolve(LogFiles.METADATA), text.getBytes(StandardCharsets.UTF_8));
        } else if (!found.equals(topicId)) {
            throw new InconsistentTopicIdException(directory, found, topicId);
        }
    }

    /** The topic id, or null if there is no such file. */
    static @Nullable UUID read(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(LogFiles.METADATA);
        String text;
        try {
            text = new String(disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            return null;
        }
        String[] lines = text.split("\n");
        if (lines.length == 2 && lines[0].equals(VERSION_LINE) && lines[1].startsWith(ID_KEY)) {
            UUID id = TopicIds.decode(lines[1].substring(ID_KEY.length()));
            if (id != null) {
                return id;
            }
        }
        throw new CorruptLogException(file, 0, "it does not name a topic id");
    }
}
