package io.rowlock.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which leader epoch began at which offset (KIP-101). Immutable: each change makes a new one. Epochs and start offsets both
 * grow from entry to entry.
 */
final class LeaderEpochs {

    static final LeaderEpochs NONE = new LeaderEpochs(new int[0], new long[0]);

    private static final int FORMAT_VERSION = 0;

    private final int[] epochs;
    private final long[] starts;

    private LeaderEpochs(int[] epochs, long[] starts) {
        this.epochs = epochs;
        this.starts = starts;
    }

    boolean isEmpty() {
        return epochs.length == 0;
    }

    int count() {
        return epochs.length;
    }

    int latest() {
        return isEmpty() ? -1 : epochs[epochs.length - 1];
    }

    /** Where the first known epoch begins, or -1. */
    long firstStart() {
        return isEmpty() ? -1 : starts[0];
    }

    /** The epoch under which {@code offset} was or will be appended, or -1. */
    int epochOf(long offset) {
        int entry = Arrays.binarySearch(starts, offset);
        int floor = entry >= 0 ? entry : -entry - 2;
        return floor < 0 ? -1 : epochs[floor];
    }

    /**
     * With {@code epoch}, which is not below the latest one, beginning at {@code start}. An epoch that is known already
     * keeps its earlier start; one that began at or after {@code start} and has no records therefore goes.
     */
    LeaderEpochs assign(int epoch, long start) {
        if (epoch < latest()) {
            throw new IllegalArgumentException("epoch " + epoch + " at " + start + " comes after " + this);
        }
        int kept = epochs.length;
        if (kept > 0 && epochs[kept - 1] == epoch && starts[kept - 1] <= start) {
            return this;
        }
        while (kept > 0 && (epochs[kept - 1] >= epoch || starts[kept - 1] >= start)) {
            kept--;
        }
        int[] newEpochs = Arrays.copyOf(epochs, kept + 1);
        long[] newStarts = Arrays.copyOf(starts, kept + 1);
        newEpochs[kept] = epoch;
        newStarts[kept] = start;
        return new LeaderEpochs(newEpochs, newStarts);
    }

    /** So that {@link #epochOf} gives {@code epoch} for {@code offset}; what contradicts that goes. */
    LeaderEpochs correct(int epoch, long offset) {
        if (epochOf(offset) == epoch) {
            return this;
        }
        LeaderEpochs before = truncateEnd(offset);
        while (before.latest() > epoch) {
            before = before.truncateEnd(before.starts[before.starts.length - 1]);
        }
        return before.assign(epoch, offset);
    }

    /** Without the epochs that begin at or after {@code endOffset}. */
    LeaderEpochs truncateEnd(long endOffset) {
        int kept = epochs.length;
        while (kept > 0 && starts[kept - 1] >= endOffset) {
            kept--;
        }
        return kept == epochs.length
                ? this
                : new LeaderEpochs(Arrays.copyOf(epochs, kept), Arrays.copyOf(starts, kept));
    }

    /** Without the epochs that end at or before {@code startOffset}; the first that is left begins there. */
    LeaderEpochs truncateStart(long startOffset) {
        int first = 0;
        while (first + 1 < epochs.length && starts[first + 1] <= startOffset) {
            first++;
        }
        if (isEmpty() || (first == 0 && starts[0] >= startOffset)) {
            return this;
        }
        int[] newEpochs = Arrays.copyOfRange(epochs, first, epochs.length);
        long[] newStarts = Arrays.copyOfRange(starts, first, starts.length);
        newStarts[0] = Math.max(newStarts[0], startOffset);
        return new LeaderEpochs(newEpochs, newStarts);
    }

    /** Kafka's answer to OffsetForLeaderEpoch. */
    EpochEnd endOf(int epoch, long logEndOffset) {
        if (epoch < 0 || isEmpty() || epoch > latest()) {
            return EpochEnd.UNKNOWN;
        }
        if (epoch == latest()) {
            return new EpochEnd(epoch, logEndOffset);
        }
        int found = Arrays.binarySearch(epochs, epoch);
        int floor = found >= 0 ? found : -found - 2;
        return new EpochEnd(floor < 0 ? epoch : epochs[floor], starts[floor + 1]);
    }

    /** The text of {@code leader-epoch-checkpoint}. */
    byte[] encode() {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT_VERSION).append('\n').append(epochs.length).append('\n');
        for (int i = 0; i < epochs.length; i++) {
            text.append(epochs[i]).append(' ').append(starts[i]).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What {@link #encode()} wrote, or null if the text is anything else. */
    static @Nullable LeaderEpochs decode(byte[] content) {
        String[] lines = new String(content, StandardCharsets.UTF_8).split("\n");
        try {
            if (lines.length < 2 || Integer.parseInt(lines[0]) != FORMAT_VERSION) {
                return null;
            }
            int count = Integer.parseInt(lines[1]);
            if (count != lines.length - 2) {
                return null;
            }
            int[] epochs = new int[count];
            long[] starts = new long[count];
            for (int i = 0; i < count; i++) {
                String[] fields = lines[i + 2].split(" ");
                epochs[i] = Integer.parseInt(fields[0]);
                starts[i] = Long.parseLong(fields[1]);
                if (i > 0 && (epochs[i] <= epochs[i - 1] || starts[i] <= starts[i - 1])) {
                    return null;
                }
            }
            return new LeaderEpochs(epochs, starts);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "epochs " + Arrays.toString(epochs) + " from " + Arrays.toString(starts);
    }
}
