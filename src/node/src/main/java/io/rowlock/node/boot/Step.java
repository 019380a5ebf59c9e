package io.rowlock.node.boot;

/** One step of the start, and what undoes it at the stop. Both block until they are done. */
public interface Step {

    /** As the log names it. */
    String name();

    /** Throws {@link StartupException} for what the operator can mend; having thrown, it left nothing to undo. */
    void start() throws Exception;

    /** Undoes {@link #start}; called once, and only if that succeeded. */
    void stop() throws Exception;
}
