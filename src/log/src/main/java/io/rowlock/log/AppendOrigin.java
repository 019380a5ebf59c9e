package io.rowlock.log;

/** Who wants a batch appended; it decides which rules the batch must keep. */
public enum AppendOrigin {
    /** A producer: epochs and sequences are checked. */
    CLIENT,
    /** A coordinator's marker or record: epochs are checked, sequences are not. */
    COORDINATOR
}
