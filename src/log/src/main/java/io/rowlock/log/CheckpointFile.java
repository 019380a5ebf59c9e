package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Kafka's text file of one offset per partition: a version, a count, and lines of topic, partition and offset. */
final class CheckpointFile {

    private static final String VERSION = "0";

    private CheckpointFile() {}

    static void write(Disk disk, Path file, Map<TopicPartition, Long> offsets) throws IOException {
        StringBuilder text =
                new StringBuilder(VERSION).append('\n').append(offsets.size()).append('\n');
        Map<String, String> lines = new TreeMap<>();
        offsets.forEach((partition, offset) ->
                lines.put(partition.directoryName(), partition.topic() + ' ' + partition.partition() + ' ' + offset));
        lines.values().forEach(line -> text.append(line).append('\n'));
        disk.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** An absent file holds nothing. Throws {@link CorruptLogException} for anything that {@link #write} does not write. */
    static Map<TopicPartition, Long> read(Disk disk, Path file) throws IOException {
        String text;
        try {
            text = new String(disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            return Map.of();
        }
        String[] lines = text.split("\n");
        try {
            if (lines.length < 2 || !lines[0].equals(VERSION) || Integer.parseInt(lines[1]) != lines.length - 2) {
                throw new CorruptLogException(file, 0, "it is no checkpoint of offsets");
            }
            Map<TopicPartition, Long> offsets = new HashMap<>();
            for (int i = 2; i < lines.length; i++) {
                String[] fields = lines[i].split(" ");
                offsets.put(new TopicPartition(fields[0], Integer.parseInt(fields[1])), Long.parseLong(fields[2]));
            }
            return offsets;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new CorruptLogException(file, 0, "it is no checkpoint of offsets");
        }
    }
}
