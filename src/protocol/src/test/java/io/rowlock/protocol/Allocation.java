package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;

/** What reading takes from the heap, held against the bytes that were there to read. */
final class Allocation {
    /** Up to 27 were seen: small structs and strings cost an object each. */
    private static final int PER_BYTE_READ_MAX = 32;

    private static final int ALWAYS_MAX = 8_192;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** The first reading may load classes on top of what it reads, so that the second one decides. */
    static void requireBounded(MessageKind kind, byte[] bytes, short version, String where) {
        long most = ALWAYS_MAX + (long) bytes.length * PER_BYTE_READ_MAX;
        if (allocatedByReading(kind, bytes, version) > most) {
            assertThat(allocatedByReading(kind, bytes, version))
                    .as("%s: allocated for %d bytes", where, bytes.length)
                    .isLessThanOrEqualTo(most);
        }
    }

    private static long allocatedByReading(MessageKind kind, byte[] bytes, short version) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean whole;
        try {
            kind.read(in, version);
            whole = true;
        } catch (MalformedMessageException e) {
            whole = false;
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(whole && in.isReadable()).isFalse();
        return allocated;
    }
}
