package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Staged batches that go to one segment in one write. Holds a reference on each buffer until {@link #release()}. */
final class StagedGroup {

    private final ActiveSegment segment;
    private final int position;
    private final byte @Nullable [] producerSnapshot;
    private final List<ByteBuf> buffers = new ArrayList<>();

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
    }

    void write() throws IOException {
        List<ByteBuffer> parts = new ArrayList<>(buffers.size());
        for (ByteBuf buffer : buffers) {
            if (buffer.nioBufferCount() == 1) {
                parts.add(buffer.nioBuffer());
            } else {
                // A slice counts the parts of all that it is cut from, and has only some of them.
                Collections.addAll(parts, buffer.nioBuffers());
            }
        }
        segment.write(position, parts.toArray(ByteBuffer[]::new));
    }

    void release() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }
}
