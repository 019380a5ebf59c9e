package io.rowlock.net;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.rowlock.ports.Scheduler;
import java.util.function.Consumer;

/**
 * Into what memory a connection's socket is read, and whether it is read at all: not while the node's budget is spent.
 * Confined to the event loop.
 */
final class Intake {
    private final Channel channel;
    private final ConnectionLimits limits;
    private final FrameReader reader;
    private final MemoryClaim claim;
    private final Scheduler scheduler;
    private final Runnable resumed;
    private final Consumer<String> refuse;
    private int overdrafts;

    /**
     * @param resumed there is memory to go on with
     * @param refuse hears why the connection has to end
     */
    Intake(
            Channel channel,
            ConnectionResources shared,
            Scheduler scheduler,
            Runnable resumed,
            Consumer<String> refuse) {
        this.channel = channel;
        this.limits = shared.limits();
        this.reader = new FrameReader(shared.allocator(), shared.budget(), limits);
        this.claim = new MemoryClaim(shared.budget(), reader, channel.eventLoop(), this::granted);
        this.scheduler = scheduler;
        this.resumed = resumed;
        this.refuse = refuse;
    }

    /** What was read, cut into frames. */
    FrameReader reader() {
        return reader;
    }

    /** Has the channel read into the reader's buffers, and count what it has not sent yet. */
    void attach() {
        channel.config()
                .setRecvByteBufAllocator(new InPlaceReceive(reader))
                .setMessageSizeEstimator(PendingBytes.INSTANCE)
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(limits.pendingWriteBytesMax() / 2, limits.pendingWriteBytesMax()));
    }

    /** Reads on, if that is {@code wanted} and there is memory; otherwise reads nothing until asked again. */
    void readOn(boolean wanted) {
        boolean read = wanted && !claim.waiting();
        if (read && !reader.makeRoom()) {
            claim.await();
            read = false;
        }
        if (read != channel.config().isAutoRead()) {
            channel.config().setAutoRead(read);
        }
    }

    /** The claim is fulfilled. If by overdraft, the frame must arrive soon: others wait for it. */
    private void granted(boolean overdrawn) {
        if (overdrawn) {
            int overdraft = ++overdrafts;
            scheduler.schedule(limits.lastResortMax(), () -> {
                if (overdraft == overdrafts && reader.overdrawing()) {
                    refuse.accept("its frame did not arrive in time while the memory for requests was used up");
                }
            });
        }
        resumed.run();
    }

    /** The connection is gone. */
    void close() {
        claim.cancel();
        reader.close();
    }
}
