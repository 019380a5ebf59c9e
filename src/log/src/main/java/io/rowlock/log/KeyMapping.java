package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.OffsetMap;
import io.rowlock.log.compaction.TransactionOutcomes;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first half of a compaction: finds the last offset of each key among the dirty records. For one thread. */
final class KeyMapping implements Closeable {

    private final List<Segment> segments;
    private final OffsetMap offsets;
    private final int bufferBytes;
    private final long from;
    private final TransactionOutcomes transactions = new TransactionOutcomes();

    private long until;
    private boolean transactionsKnown;
    private boolean done;
    private int current = -1;
    private @Nullable CleanerScan scan;

    /** @param dirty the closed segments with offsets of {@code range}, oldest first */
    KeyMapping(List<Segment> dirty, CleanableRange range, OffsetMap offsets, int bufferBytes) {
        this.segments = dirty;
        this.offsets = offsets;
        this.bufferBytes = bufferBytes;
        this.from = range.from();
        this.until = range.until();
    }

    boolean isDone() {
        return done;
    }

    /** Where what is mapped ends: at a batch's end, if not at that of the range. */
    long mappedUntil() {
        return until;
    }

    /** How the transactions of the range ended. */
    TransactionOutcomes transactions() {
        return transactions;
    }

    /** Takes in the batches of about so many bytes; returns how many they were. */
    long step(int bytes) throws IOException {
        long taken = 0;
        while (!done && taken < bytes) {
            if (scan == null || !scan.next()) {
                openNext();
            } else if (scan.header().lastOffset() >= from) {
                taken += scan.header().sizeInBytes();
                take(scan);
            }
        }
        return taken;
    }

    private void openNext() throws IOException {
        close();
        current++;
        if (current == segments.size() || segments.get(current).baseOffset() >= until) {
            done = true;
        } else {
            scan = new CleanerScan(segments.get(current), bufferBytes);
        }
    }

    private void take(CleanerScan at) throws IOException {
        RecordBatch header = at.header();
        // Loading the batch moves what the header is a view of.
        long baseOffset = header.baseOffset();
        if (!transactionsKnown && (header.isTransactional() || header.isControl())) {
            learnTransactions(baseOffset);
        }
        if (baseOffset >= until) {
            done = true;
        } else if (!header.isControl() && header.count() > 0 && !transactions.isAborted(header)) {
            if (!mapKeys(at, at.load())) {
                fill(baseOffset);
            }
        }
    }

    private boolean mapKeys(CleanerScan at, RecordBatch batch) throws IOException {
        try (RecordReader reader = RecordReader.open(batch, LogCompaction.PLAIN_BYTES_MAX)) {
            while (reader.next()) {
                ByteBuf key = reader.key();
                if (key != null && !offsets.put(key, reader.offset())) {
                    return false;
                }
            }
            return true;
        } catch (InvalidRecordsException e) {
            throw at.corrupt("the records of a batch cannot be read: " + e.getMessage());
        }
    }

    /** There is no room for more keys: the rest is for the next time. */
    private void fill(long offset) throws IOException {
        if (offset <= from) {
            throw new UncleanableLogException("the keys of one batch at offset " + offset
                    + " do not fit into log.cleaner.dedupe.buffer.size; write more");
        }
        until = offset;
        done = true;
    }

    /** Looks ahead, which costs another pass and is done only where there are transactions. */
    private void learnTransactions(long firstOffset) throws IOException {
        transactionsKnown = true;
        for (Segment segment : segments.subList(current, segments.size())) {
            try (CleanerScan ahead = new CleanerScan(segment, bufferBytes)) {
                while (ahead.next()) {
                    if (ahead.header().baseOffset() >= firstOffset) {
                        learn(ahead);
                    }
                }
            }
        }
        until = Math.min(until, transactions.undecidedFrom());
    }

    private void learn(CleanerScan ahead) throws IOException {
        if (!ahead.header().isControl()) {
            transactions.data(ahead.header());
            return;
        }
        RecordBatch marker = ahead.load();
        try (RecordReader reader = RecordReader.open(marker, LogCompaction.PLAIN_BYTES_MAX)) {
            transactions.control(marker, reader.next() ? reader.key() : null);
        } catch (InvalidRecordsException e) {
            throw ahead.corrupt("a marker cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        if (scan != null) {
            scan.close();
            scan = null;
        }
    }
}
