package io.rowlock.net;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import io.rowlock.protocol.TransferableRecords;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Records that the kernel copies from their file to the socket. Does not own them. */
final class RecordsRegion extends AbstractReferenceCounted implements FileRegion {
    private final TransferableRecords records;
    private final int count;
    private long transferred;

    RecordsRegion(TransferableRecords records) {
        this.records = records;
        this.count = records.sizeInBytes();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (position >= count) {
            return 0;
        }
        long moved = records.transferTo(position, target);
        if (moved < 0 || moved > count - position) {
            throw new EOFException("records of " + count + " bytes gave " + moved + " from " + position + " on");
        }
        transferred += moved;
        return moved;
    }

    @Override
    protected void deallocate() {}

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
