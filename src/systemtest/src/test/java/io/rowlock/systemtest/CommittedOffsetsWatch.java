package io.rowlock.systemtest;

import io.rowlock.systemtest.process.Brokers;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads a group's committed offsets over and over, on a thread of its own, and says if one of them goes back or is gone. */
final class CommittedOffsetsWatch implements AutoCloseable {
    private final Admin admin;
    private final String group;
    private final Thread thread = new Thread(this::run, "offsets-watch");
    private volatile boolean ended;
    private volatile boolean seen;
    private volatile @Nullable Throwable failure;

    CommittedOffsetsWatch(Brokers server, String group) {
        this.admin = Clients.admin(server);
        this.group = group;
        thread.start();
    }

    private void run() {
        Map<TopicPartition, Long> highest = new HashMap<>();
        try {
            while (!ended) {
                Map<TopicPartition, Long> now = Clients.committed(admin, group);
                highest.forEach((partition, before) -> {
                    Long after = now.get(partition);
                    if (after == null || after < before) {
                        throw new AssertionError(partition + " went back from " + before + " to " + after);
                    }
                });
                highest.putAll(now);
                seen = seen || !now.isEmpty();
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** Fails if an offset went back, or if none was seen. */
    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the watch ends", e);
        }
        admin.close();
        if (failure != null || !seen) {
            throw new AssertionError(seen ? "watched the committed offsets" : "saw no committed offset", failure);
        }
    }

    boolean hasFailed() {
        return failure != null;
    }
}
