package io.rowlock.broker.api.produce;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.MalformedMessageException;
import io.rowlock.protocol.MessageReader;

/**
 * How many bytes of a produce request are no records. Records stay where they arrived, but everything else becomes objects of
 * many times its size: a request of nothing but empty partitions would need gigabytes. So a long one is looked through before
 * it is decoded, which takes no memory.
 */
public final class PlainBytes {
    private static final int TOPIC_ID_VERSION = 13;
    private static final int UUID_BYTES = 16;
    private static final int ACKS_AND_TIMEOUT_BYTES = Short.BYTES + Integer.BYTES;

    private final ByteBuf in;
    private final boolean flexible;
    private final int start;
    private final int limit;
    private long records;

    private PlainBytes(ByteBuf body, short version, int limit) {
        this.in = body.duplicate();
        this.flexible = ApiKey.PRODUCE.isRequestFlexible(version);
        this.start = in.readerIndex();
        this.limit = limit;
    }

    /**
     * Whether {@code body}, a produce request of that version without its header, has at most {@code limit} bytes besides
     * records, as far as it can be understood: decoding ends there too. Leaves the reader index alone.
     */
    public static boolean within(int limit, ByteBuf body, short version) {
        PlainBytes plain = new PlainBytes(body, version, limit);
        try {
            return plain.look(version);
        } catch (MalformedMessageException | IndexOutOfBoundsException endsHere) {
            return plain.within();
        }
    }

    private boolean look(short version) {
        skipText();
        in.skipBytes(ACKS_AND_TIMEOUT_BYTES);
        for (int topics = count(); topics > 0; topics--) {
            if (version >= TOPIC_ID_VERSION) {
                in.skipBytes(UUID_BYTES);
            } else {
                skipText();
            }
            for (int partitions = count(); partitions > 0; partitions--) {
                in.skipBytes(Integer.BYTES);
                int length = Math.max(0, count());
                in.skipBytes(length);
                records += length;
                skipTags();
                if (!within()) {
                    return false;
                }
            }
            skipTags();
            if (!within()) {
                return false;
            }
        }
        skipTags();
        return within();
    }

    private boolean within() {
        return in.readerIndex() - start - records <= limit;
    }

    private void skipText() {
        int length = flexible ? count() : MessageReader.readShort(in);
        in.skipBytes(Math.max(0, length));
    }

    /** Of elements or bytes; -1 for null. */
    private int count() {
        return flexible ? MessageReader.readUnsignedVarint(in) - 1 : MessageReader.readInt(in);
    }

    private void skipTags() {
        if (flexible) {
            for (int tags = MessageReader.readUnsignedVarint(in); tags > 0; tags--) {
                MessageReader.readUnsignedVarint(in);
                in.skipBytes(MessageReader.readUnsignedVarint(in));
            }
        }
    }
}
