package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group that has changed and must be kept before anybody hears of it. What changes until it is sent goes with it. */
final class GroupWrite extends Operation {

    /** A group without members costs about as much as so many offsets. */
    static final int WEIGHT = 10;

    /** Hears what becomes of it. */
    interface Listener {

        /** So many answers wait no longer; called before they go out. */
        void answered(int answers);

        /** The group will not be kept as it is; called after those who wait for that were told. */
        void givenUp(GroupEntry entry);
    }

    private final GroupEntry entry;
    private final Listener listener;
    private final List<Answer> answers = new ArrayList<>();
    private @Nullable GroupSnapshot sent;

    GroupWrite(GroupEntry entry, int slot, Listener listener) {
        super(OperationKind.GROUP_WRITE, entry.groupId(), slot, NO_DEADLINE);
        this.entry = entry;
        this.listener = listener;
    }

    GroupEntry entry() {
        return entry;
    }

    /** Has {@code more} wait until the group is kept. */
    void await(List<Answer> more) {
        answers.addAll(more);
    }

    /** Whether a later change of the group can no longer go with this write. */
    boolean isSent() {
        return sent != null;
    }

    void sent(GroupSnapshot snapshot) {
        sent = snapshot;
    }

    @Override
    void again() {
        sent = null;
    }

    @Override
    boolean mustSucceed() {
        return true;
    }

    /** While it waits it keeps nothing that the group does not. */
    @Override
    int weight() {
        return WEIGHT;
    }

    @Override
    int statementWeight() {
        return WEIGHT + entry.group().rows();
    }

    @Override
    long statementBytes() {
        return entry.group().bytes();
    }

    @Override
    void committed(long nowNanos) {
        if (sent != null) {
            entry.kept(this, sent);
        }
        listener.answered(answers.size());
        Guarded.send(answers, nowNanos);
    }

    @Override
    void refuse(ErrorCode error) {
        entry.notKept(this);
        List<Answer> refused = List.copyOf(answers);
        answers.clear();
        listener.answered(refused.size());
        Guarded.refuse(refused, error);
        listener.givenUp(entry);
    }
}
