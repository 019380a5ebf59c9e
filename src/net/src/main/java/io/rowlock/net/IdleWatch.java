package io.rowlock.net;

import static java.lang.System.Logger.Level.DEBUG;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.rowlock.ports.Scheduler;
import java.time.Duration;

/**
 * Closes a connection that has no requests and neither receives nor sends for between the given time and a quarter
 * more. Looks now and then instead of noting the time of every read and write. Confined to the event loop.
 */
final class IdleWatch {
    private static final System.Logger LOG = System.getLogger(IdleWatch.class.getName());
    private static final int LOOKS = 4;

    private final ServerConnection connection;
    private final Channel channel;
    private final Duration interval;
    private long activitySeen;
    private int quietLooks;
    private Scheduler.Timer timer = () -> false;

    IdleWatch(ServerConnection connection, Channel channel, Duration idleMax) {
        this.connection = connection;
        this.channel = channel;
        this.interval = idleMax.dividedBy(LOOKS);
    }

    void start() {
        activitySeen = activity();
        timer = connection.scheduler().schedule(interval, this::look);
    }

    void stop() {
        timer.cancel();
    }

    private void look() {
        long activity = activity();
        quietLooks = activity == activitySeen && connection.inFlight() == 0 ? quietLooks + 1 : 0;
        activitySeen = activity;
        if (quietLooks >= LOOKS) {
            LOG.log(DEBUG, () -> "closing the idle connection of " + channel.remoteAddress());
            connection.close();
        } else {
            timer = connection.scheduler().schedule(interval, this::look);
        }
    }

    /** Changes whenever something was received or sent. */
    private long activity() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        long sending = out == null ? 0 : out.currentProgress() + out.totalPendingWriteBytes() + out.size();
        return connection.received() + 31 * sending;
    }
}
