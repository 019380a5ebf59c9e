package io.rowlock.log;

/**
 * What an open log consists of at this moment: its segments, offsets and leader epochs. Confined to the owner, but for the
 * {@link #view()}, which shows what was last published.
 */
final class LogContents {

    private final SyncState sync;
    private ActiveSegment active;
    private LeaderEpochs epochs;
    private long logStartOffset;
    private long nextOffset;
    private volatile LogView view;

    LogContents(LogRecovery.Recovered recovered, SyncState sync) {
        this.sync = sync;
        active = recovered.active();
        epochs = recovered.epochs();
        logStartOffset = recovered.logStartOffset();
        nextOffset = recovered.logEndOffset();
        view = new LogView(
                logStartOffset, nextOffset, epochs, recovered.closed().toArray(Segment[]::new), active);
    }

    LogView view() {
        return view;
    }

    ActiveSegment active() {
        return active;
    }

    LeaderEpochs epochs() {
        return epochs;
    }

    long logStartOffset() {
        return logStartOffset;
    }

    /** Of the next batch, with what is staged. */
    long nextOffset() {
        return nextOffset;
    }

    /** Goes on in another segment. */
    void continueIn(ActiveSegment segment) {
        active = segment;
    }

    /** A batch, or a hole, ends there. */
    void continueAt(long offset) {
        nextOffset = offset;
    }

    void startAt(long offset) {
        logStartOffset = offset;
    }

    void changeEpochs(LeaderEpochs changed) {
        if (changed != epochs) {
            epochs = changed;
            sync.epochsChanged();
        }
    }

    /** Says that this log's leader is in {@code epoch} and appends from {@code startOffset} on. */
    void assignEpochStart(int epoch, long startOffset) {
        LeaderEpochs assigned = epochs.assign(epoch, startOffset);
        if (assigned != epochs) {
            epochs = assigned;
            sync.epochAssigned();
        }
        publish(view.closed());
    }

    /** What a cut left; to be published when the epochs are known. */
    void takeOver(LogCutter.Remains remains) {
        active = remains.active();
        nextOffset = remains.endOffset();
        view = new LogView(logStartOffset, nextOffset, epochs, remains.closed(), active);
        sync.truncated(nextOffset, active.baseOffset());
    }

    /** Shows everything to readers, with these segments before the active one. */
    void publish(Segment[] closed) {
        view = new LogView(logStartOffset, nextOffset, epochs, closed, active);
    }
}
