package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.MessageWriter.Insertion;
import io.rowlock.protocol.Records;
import io.rowlock.protocol.TransferableRecords;
import java.util.List;

/** Sends one encoded frame: stretches of its buffer and, uncopied, the records between them. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, which is heard of
final class FrameWriter {
    private FrameWriter() {}

    /**
     * Encodes and writes without flushing. Takes over {@code response}, also when it throws; nothing is written then.
     *
     * @throws IllegalArgumentException if it holds records that cannot be sent or is too long for a frame
     */
    static void write(ChannelHandlerContext ctx, Response response, ByteBufAllocator allocator) {
        MessageWriter frame = encode(response, allocator);
        List<Insertion> insertions = frame.insertions();
        if (insertions.isEmpty()) {
            ctx.write(frame.buffer(), ctx.voidPromise());
            response.release();
            return;
        }
        ChannelPromise sent = ctx.newPromise();
        sent.addListener(any -> response.release());
        writePieces(ctx, frame.buffer(), insertions, sent);
    }

    private static MessageWriter encode(Response response, ByteBufAllocator allocator) {
        MessageWriter frame = null;
        try {
            frame = response.encode(allocator);
            frame.setInt(0, frame.totalSize() - FrameReader.LENGTH_BYTES);
            for (Insertion insertion : frame.insertions()) {
                requireSendable(insertion.records());
            }
            return frame;
        } catch (RuntimeException | Error e) {
            if (frame != null) {
                frame.release();
            }
            response.release();
            throw e;
        }
    }

    /** Pieces leave or fail in order, so the last one stands for all. */
    private static void writePieces(
            ChannelHandlerContext ctx, ByteBuf head, List<Insertion> insertions, ChannelPromise sent) {
        int written = head.readerIndex();
        int end = head.writerIndex();
        int last = insertions.size() - 1;
        for (int i = 0; i <= last; i++) {
            Insertion insertion = insertions.get(i);
            if (insertion.position() > written) {
                ctx.write(head.retainedSlice(written, insertion.position() - written), ctx.voidPromise());
                written = insertion.position();
            }
            ctx.write(piece(insertion.records()), i == last && written == end ? sent : ctx.voidPromise());
        }
        if (written < end) {
            ctx.write(head.retainedSlice(written, end - written), sent);
        }
        head.release();
    }

    private static Object piece(Records records) {
        return records instanceof TransferableRecords inFile
                ? new RecordsRegion(inFile)
                : ((BufferRecords) records).buffer().retainedDuplicate();
    }

    private static void requireSendable(Records records) {
        if (!(records instanceof TransferableRecords || records instanceof BufferRecords)) {
            throw new IllegalArgumentException("cannot send " + records.getClass());
        }
    }
}
