package io.rowlock.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BallastTest {

    private static final Path DIRECTORY = Path.of("/data");

    private final SimDisk disk = new SimDisk(1);

    private long afterTrimWith(long freeBytes) throws IOException {
        disk.createDirectories(DIRECTORY);
        disk.setCapacity(disk.usedBytes() + freeBytes);
        Ballast.trim(disk, DIRECTORY);
        return disk.usedBytes();
    }

    @Test
    void itIsTakenOnWhereThereIsRoomAndThrownOffWhereThereIsNone() throws IOException {
        assertThat(afterTrimWith(2L * Ballast.BYTES - 1)).isZero();
        assertThat(afterTrimWith(2L * Ballast.BYTES)).isEqualTo(Ballast.BYTES);
        assertThat(afterTrimWith(Ballast.BYTES)).isEqualTo(Ballast.BYTES);
        assertThat(afterTrimWith(Ballast.BYTES - 1)).isZero();
        assertThat(afterTrimWith(0)).isZero();
    }
}
