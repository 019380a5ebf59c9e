package io.rowlock.node.boot;

/** How the process ends. A node that SIGTERM stopped in order ends with 143, as the JVM has it. */
public enum ExitCode {
    /** Stopped in order, by its own decision. */
    OK(0),
    /** A defect: the log has more. */
    UNEXPECTED(1),
    /** A setting is unknown or wrong. */
    CONFIGURATION(2),
    /** The data directory cannot be used: locked by another process, not writable, damaged. */
    DATA_DIRECTORY(3),
    /** PostgreSQL cannot be reached, refuses, or cannot be used. */
    DATABASE(4),
    /** Another node has the node id; also when it was taken over while this node ran. */
    NODE_ID(5),
    /** An address that the node should listen on is taken or not this machine's. */
    ADDRESS(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
