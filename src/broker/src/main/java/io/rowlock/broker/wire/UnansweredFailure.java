package io.rowlock.broker.wire;

import io.rowlock.protocol.ApiKey;

/** A request failed whose client does not wait for an answer: closing the connection is all that it can be told. */
final class UnansweredFailure extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredFailure(ApiKey api) {
        super("a request of " + api.apiName() + " failed that asked for no answer", null, false, false);
    }
}
