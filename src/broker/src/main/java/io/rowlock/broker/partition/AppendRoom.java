package io.rowlock.broker.partition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What one partition has taken of the disk's room and not written yet. Confined to the partition's owner. */
final class AppendRoom {

    /** A disk that was full in the middle of a write is not tried for so long, whatever it says is free. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final DiskReserve reserve;
    private final PartitionOwner owner;
    private long takenBytes;
    private boolean paused;
    private long pausedSince;

    AppendRoom(DiskReserve reserve, PartitionOwner owner) {
        this.reserve = reserve;
        this.owner = owner;
    }

    /** Takes room for {@code bytes}; if there is none, returns what to tell the producer. */
    @Nullable
    String take(int bytes) {
        if (paused) {
            if (owner.nowNanos() - pausedSince < PAUSE.toNanos()) {
                return "the disk of the node is full";
            }
            paused = false;
        }
        if (!reserve.admits(bytes)) {
            return reserve.refusal();
        }
        takenBytes += bytes;
        return null;
    }

    /** Nothing will be written of so much that was taken. */
    void giveBack(int bytes) {
        takenBytes -= bytes;
        reserve.settled(bytes);
    }

    /** All that was taken is written, or given up. */
    void settle() {
        reserve.settled(takenBytes);
        takenBytes = 0;
    }

    /** A write met a full disk. */
    void ranOut(PartitionKey partition) {
        paused = true;
        pausedSince = owner.nowNanos();
        reserve.ranOut(partition);
    }
}
