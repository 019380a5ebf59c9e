package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;

/** How a coordinator stands to a hash slot. */
enum SlotState {
    /** It is not known yet whose it is, or its groups are being loaded. */
    LOADING(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
    HELD(ErrorCode.NONE),
    /** Another node's. */
    NOT_HELD(ErrorCode.NOT_COORDINATOR);

    private final ErrorCode refusal;

    SlotState(ErrorCode refusal) {
        this.refusal = refusal;
    }

    /** What a request is told that concerns a group of the slot; NONE if it is served. */
    ErrorCode refusal() {
        return refusal;
    }
}
