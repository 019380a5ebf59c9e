package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /**
     * Creates directory and file if they are missing, and returns whether they were. They are durable only after {@link #sync},
     * which the log's first sync does: until then nothing depends on them, and making a thousand logs costs no thousand syncs.
     */
    static boolean ensure(Disk disk, Path directory, UUID topicId) throws IOException {
        disk.createDirectories(directory);
        UUID found = read(disk, directory);
        if (found == null) {
            try (DiskFile file = disk.openOrCreate(directory.resolve(LogFiles.METADATA))) {
                file.truncate(0);
                file.write(0, ByteBuffer.wrap(text(topicId).getBytes(StandardCharsets.UTF_8)));
            }
            return true;
        }
        if (!found.equals(topicId)) {
            throw new InconsistentTopicIdException(directory, found, topicId);
        }
        return false;
    }

    /** Makes the file and the directory durable. */
    static void sync(Disk disk, Path directory) throws IOException {
        ActiveSegment.sync(disk, directory.resolve(LogFiles.METADATA));
        disk.syncDirectory(directory);
        Path parent = directory.getParent();
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    private static String text(UUID topicId) {
        return VERSION_LINE + "\n" + ID_KEY + TopicIds.encode(topicId) + "\n";
    }

    /** Whether a crash explains the content: a part of the file, perhaps filled up with zeros. */
    private static boolean isTorn(String text) {
        String whole = text(new UUID(0, 0));
        int end = text.indexOf('\0') < 0 ? text.length() : text.indexOf('\0');
        int known = Math.min(end, VERSION_LINE.length() + 1 + ID_KEY.length());
        return end < whole.length()
                && whole.startsWith(text.substring(0, known))
                && text.substring(end).chars().allMatch(c -> c == 0);
    }

    /** The topic id, or null if there is no such file, or only a part of it: then the log was never synced. */
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
        if (isTorn(text)) {
            return null;
        }
        throw new CorruptLogException(file, 0, "it does not name a topic id");
    }
}
