package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import java.io.OutputStream;

/** Writes to a buffer up to a bound, and only counts what goes beyond it: nobody's output makes it grow further. */
final class BoundedOutput extends OutputStream {

    private final ByteBuf out;
    private final int maxBytes;
    private long written;

    BoundedOutput(ByteBuf out, int maxBytes) {
        this.out = out;
        this.maxBytes = maxBytes;
    }

    @Override
    public void write(int b) {
        if (++written <= maxBytes) {
            out.writeByte(b);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        written += length;
        if (written <= maxBytes) {
            out.writeBytes(bytes, offset, length);
        }
    }

    /** How much there was to write, whether or not it fitted. */
    long written() {
        return written;
    }
}
