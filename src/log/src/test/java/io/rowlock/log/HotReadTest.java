package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What event loops may read, with fewer handles than logs. */
class HotReadTest {

    private final SimDisk disk = new SimDisk(1);
    private final LogEnvironment environment =
            new LogEnvironment(disk, new SimClock(), new SimRandom(1), new OpenFiles(1));

    @Test
    void noReadIsHotOfAFileThatWouldHaveToBeOpened() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, Path.of("/data"));
        PartitionLog log = open(directory, 0);
        append(log);
        assertThat(log.view().isHot(0)).isTrue();
        append(open(directory, 1));
        assertThat(log.view().active().file().isOpen()).isFalse();
        assertThat(log.view().isHot(0)).isFalse();
        assertThat(log.view().isHot(1))
                .as("there is nothing to read at the end")
                .isTrue();
        send(log);
        assertThat(log.view().isHot(0)).isTrue();
    }

    /** The handle may go between the question and the answer. */
    @Test
    void aReadSyncsNoOtherPartition() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, Path.of("/data"));
        PartitionLog log = open(directory, 0);
        PartitionLog other = open(directory, 1);
        append(log);
        append(other);
        assertThat(other.view().active().file().isUnsynced()).isTrue();
        send(log);
        assertThat(other.view().active().file().isUnsynced()).isTrue();
    }

    /** Nor does it open the index, which a log gives up from memory while nothing is written. */
    @Test
    void aHotReadNeedsNoIndexFile() throws IOException {
        PartitionLog log = open(LogDirectory.open(environment, Path.of("/data")), 0);
        for (int i = 0; i < 200; i++) {
            append(log);
        }
        log.restIfUnused();
        log.restIfUnused();
        assertThat(log.view().holdsIndexes()).isFalse();
        append(log);
        append(log);
        assertThat(log.view().isHot(200)).isTrue();
        disk.setFaults(DiskFaults.NONE.withFailedNames(1000).withFailedReads(1000));
        FetchSlice slice = (FetchSlice) log.read(log.view(), 200, 202, 1000, true);
        assertThat(slice.records().sizeInBytes()).isPositive();
        slice.records().release();
        assertThat(log.view().isHot(199)).isFalse();
        assertThatThrownBy(() -> log.read(log.view(), 199, 202, 1000, true)).isInstanceOf(IOException.class);
    }

    private static PartitionLog open(LogDirectory directory, int partition) throws IOException {
        return directory.openLog(
                new TopicPartition("t", partition), new UUID(7, 8), LogConfig.DEFAULT, ProducerStateConfig.DEFAULT);
    }

    private static void append(PartitionLog log) throws IOException {
        log.stage(Batches.plain(1, 1), 1, AppendOrigin.CLIENT);
        log.write();
    }

    private static void send(PartitionLog log) throws IOException {
        FetchSlice slice = (FetchSlice) log.read(log.view(), 0, 1, 1000, true);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(slice.records().transferTo(0, Channels.newChannel(out)))
                .isEqualTo(slice.records().sizeInBytes());
        slice.records().release();
    }
}
