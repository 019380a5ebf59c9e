package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Staged batches that go to one segment in one write. Holds a reference on each buffer until {@link #release()}. */
final class StagedGroup {

    private final ActiveSegment segment;
    private final int position;
    private final byte @Nullable [] producerSnapshot;
    private final List<ByteBuf> buffers = new ArrayList<>();
    private int nioBuffers;

    /**
     * Batches for the end of {@code segment} as it is now.
     *
     * @param producerSnapshot where the group begins a new segment, the state of the producers before it; else null
     */
    StagedGroup(ActiveSegment segment, byte @Nullable [] producerSnapshot) {
        this.segment = segment;
        this.position = segment.size();
        this.producerSnapshot = producerSnapshot;
    }

    ActiveSegment segment() {
        return segment;
    }

    byte @Nullable [] producerSnapshot() {
        return producerSnapshot;
    }

    void add(ByteBuf batch) {
        buffers.add(batch.retain());
        nioBuffers += batch.nioBufferCount();
    }

    void write() throws IOException {
        ByteBuffer[] parts = new ByteBuffer[nioBuffers];
        int filled = 0;
        for (ByteBuf buffer : buffers) {
            if (buffer.nioBufferCount() == 1) {
                parts[filled++] = buffer.nioBuffer();
            } else {
                for (ByteBuffer part : buffer.nioBuffers()) {
                    parts[filled++] = part;
                }
            }
        }
        segment.write(position, parts);
    }

    void release() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }
}
