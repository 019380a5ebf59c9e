package io.rowlock.broker.partition;

import io.rowlock.log.PartitionLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one partition shows of itself. Its owner publishes, any thread reads and listens. */
final class PublishedView {

    private final List<PartitionListener> listeners = new CopyOnWriteArrayList<>();
    private volatile PartitionView view = PartitionView.OPENING;

    PartitionView get() {
        return view;
    }

    void subscribe(PartitionListener listener) {
        listeners.add(listener);
    }

    void unsubscribe(PartitionListener listener) {
        listeners.remove(listener);
    }

    /** Shows what somebody may wait for. */
    void publish(Partition partition, PartitionView next) {
        view = next;
        for (PartitionListener listener : listeners) {
            listener.changed(partition);
        }
    }

    /** Shows what nobody waits for. */
    void replace(PartitionView next) {
        view = next;
    }

    /** Shows the log as it is now, if it is served. */
    void showLog(PartitionLog log) {
        PartitionView before = view;
        if (before.snapshot() != null) {
            view = before.with(new LogSnapshot(log));
        }
    }
}
