package io.rowlock.broker.partition;

import io.rowlock.log.PartitionLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one partition shows of itself. Its owner publishes, any thread reads and listens. */
final class PublishedView {

    private final List<PartitionListener> listeners = new CopyOnWriteArrayList<>();
    private final List<PartitionListener> writeListeners = new CopyOnWriteArrayList<>();
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

    void subscribeToWrites(PartitionListener listener) {
        writeListeners.add(listener);
    }

    void unsubscribeFromWrites(PartitionListener listener) {
        writeListeners.remove(listener);
    }

    /** Shows what anybody may wait for. */
    void publish(Partition partition, PartitionView next) {
        view = next;
        tell(listeners, partition);
        tell(writeListeners, partition);
    }

    /** Shows what no client waits for, but perhaps a replica. */
    void replace(Partition partition, PartitionView next) {
        PartitionView before = view;
        view = next;
        if (before.endOffset() != next.endOffset()) {
            tell(writeListeners, partition);
        }
    }

    private static void tell(List<PartitionListener> listeners, Partition partition) {
        for (PartitionListener listener : listeners) {
            listener.changed(partition);
        }
    }

    /** Shows the log as it is now, if it is served. */
    void showLog(PartitionLog log) {
        PartitionView before = view;
        if (before.snapshot() != null) {
            view = before.with(new LogSnapshot(log));
        }
    }
}
