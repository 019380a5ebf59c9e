package io.rowlock.testkit;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.TransferableRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;

/** Encoded messages as a network carries them. */
public final class SimFrames {
    private static final int LENGTH_BYTES = 4;

    private SimFrames() {}

    /**
     * Everything in {@code frame}, records included, but the four bytes at the front that are left for its length. Releases the
     * writer; the records stay who owns them.
     */
    public static byte[] payload(MessageWriter frame) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(frame.totalSize());
            ByteBuf head = frame.buffer();
            int written = LENGTH_BYTES;
            for (MessageWriter.Insertion insertion : frame.insertions()) {
                head.getBytes(written, bytes, insertion.position() - written);
                written = insertion.position();
                if (insertion.records() instanceof BufferRecords inMemory) {
                    ByteBuf records = inMemory.buffer();
                    records.getBytes(records.readerIndex(), bytes, records.readableBytes());
                } else {
                    transfer((TransferableRecords) insertion.records(), Channels.newChannel(bytes));
                }
            }
            head.getBytes(written, bytes, head.writerIndex() - written);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            frame.release();
        }
    }

    private static void transfer(TransferableRecords records, WritableByteChannel target) throws IOException {
        long moved = 0;
        while (moved < records.sizeInBytes()) {
            moved += records.transferTo(moved, target);
        }
    }
}
