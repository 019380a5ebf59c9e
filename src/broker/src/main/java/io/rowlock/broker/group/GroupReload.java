package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A group that is loaded anew, in its place among what the group asks of the store: it is found as all that before has left it. */
final class GroupReload extends Operation {

    private final Consumer<@Nullable GroupSnapshot> loaded;
    private final Runnable notLoaded;
    /** Written before the operation goes back to the owner, which reads it. */
    private @Nullable GroupSnapshot found;

    /**
     * @param loaded told the group as it is kept, null if it is not there
     * @param notLoaded to be run where that cannot be told
     */
    GroupReload(String groupId, int slot, Consumer<@Nullable GroupSnapshot> loaded, Runnable notLoaded) {
        super(OperationKind.GROUP_RELOAD, groupId, slot, NO_DEADLINE);
        this.loaded = loaded;
        this.notLoaded = notLoaded;
    }

    void found(@Nullable GroupSnapshot group) {
        found = group;
    }

    @Override
    boolean mustSucceed() {
        return true;
    }

    @Override
    void committed(long nowNanos) {
        loaded.accept(found);
    }

    @Override
    void refuse(ErrorCode error) {
        notLoaded.run();
    }
}
