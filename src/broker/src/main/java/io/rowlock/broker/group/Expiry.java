package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/** A look for committed offsets that have expired, in all groups of a slot. */
final class Expiry extends Operation {

    private final Duration retention;
    private final Consumer<Set<String>> done;
    /** Written before the operation goes back to the owner, which reads it. */
    private Set<String> gone = Set.of();

    /** @param done gets the groups that are no longer kept; none where the store failed */
    Expiry(int slot, Duration retention, Consumer<Set<String>> done) {
        super(OperationKind.EXPIRY, "", slot, NO_DEADLINE);
        this.retention = retention;
        this.done = done;
    }

    Duration retention() {
        return retention;
    }

    void gone(Set<String> groups) {
        gone = groups;
    }

    @Override
    void committed(long nowNanos) {
        done.accept(gone);
    }

    @Override
    void refuse(ErrorCode error) {
        done.accept(Set.of());
    }
}
