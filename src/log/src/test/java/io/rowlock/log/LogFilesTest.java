package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.testkit.SimDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFilesTest {

    @Test
    void namesAreKafkas() {
        Path directory = Path.of("/d");
        assertThat(LogFiles.log(directory, 0)).isEqualTo(Path.of("/d/00000000000000000000.log"));
        assertThat(LogFiles.timeIndex(directory, 1234)).isEqualTo(Path.of("/d/00000000000000001234.timeindex"));
        assertThat(LogFiles.snapshot(directory, Long.MAX_VALUE)).isEqualTo(Path.of("/d/09223372036854775807.snapshot"));
        assertThat(LogFiles.offsetOf("00000000000000001234.log", ".log")).isEqualTo(1234);
        assertThat(LogFiles.offsetOf("09223372036854775807.log", ".log")).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".log",
                "0.log",
                "0000000000000000123x.log",
                "00000000000000001234.index",
                "09223372036854775808.log",
                "-0000000000000001234.log",
                "00000000000000001234.log.deleted"
            })
    void otherNamesAreNone(String name) {
        assertThat(LogFiles.offsetOf(name, ".log")).isEqualTo(-1);
    }

    @Test
    void directoriesNamePartitions() {
        assertThat(TopicPartition.parse("my-topic-12")).isEqualTo(new TopicPartition("my-topic", 12));
        assertThat(TopicPartition.parse("a-0")).isEqualTo(new TopicPartition("a", 0));
        for (String other : new String[] {"", "a", "-1", "a-", "a-x", "a-1234567890", "lost+found"}) {
            assertThat(TopicPartition.parse(other)).isNull();
        }
    }

    @Test
    void checkpointsAreText() throws IOException {
        SimDisk disk = new SimDisk(1);
        Path file = Path.of("/checkpoint");
        assertThat(CheckpointFile.read(disk, file)).isEmpty();
        Map<TopicPartition, Long> offsets = Map.of(new TopicPartition("t", 1), 5L, new TopicPartition("u-v", 0), 0L);
        CheckpointFile.write(disk, file, offsets);
        assertThat(new String(disk.readAll(file), StandardCharsets.UTF_8)).isEqualTo("0\n2\nt 1 5\nu-v 0 0\n");
        assertThat(CheckpointFile.read(disk, file)).isEqualTo(offsets);
        for (String damaged : new String[] {"", "1\n0\n", "0\n1\n", "0\n1\nt 1\n", "0\n1\nt x 1\n", "0\nx\n"}) {
            disk.replace(file, damaged.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> CheckpointFile.read(disk, file)).isInstanceOf(CorruptLogException.class);
        }
    }

    @Test
    void metadataTiesADirectoryToATopicId() throws IOException {
        SimDisk disk = new SimDisk(1);
        Path directory = Path.of("/t-0");
        UUID id = new UUID(-5, 77);
        PartitionMetadata.ensure(disk, directory, id);
        PartitionMetadata.ensure(disk, directory, id);
        String text = new String(disk.readAll(directory.resolve("partition.metadata")), StandardCharsets.UTF_8);
        assertThat(text).isEqualTo("version: 0\ntopic_id: " + kafkasText(id) + "\n");
        assertThat(PartitionMetadata.read(disk, directory)).isEqualTo(id);
        assertThatThrownBy(() -> PartitionMetadata.ensure(disk, directory, new UUID(1, 1)))
                .isInstanceOf(InconsistentTopicIdException.class);
        disk.replace(directory.resolve("partition.metadata"), new byte[] {'x'});
        assertThatThrownBy(() -> PartitionMetadata.read(disk, directory)).isInstanceOf(CorruptLogException.class);
        assertThat(Objects.requireNonNull(TopicIds.decode(TopicIds.encode(id)))).isEqualTo(id);
        assertThat(TopicIds.decode("!")).isNull();
        assertThat(TopicIds.decode("AAAA")).isNull();
    }

    private static String kafkasText(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString();
    }
}
