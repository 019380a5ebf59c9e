package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;

/** Answers go out one by one: a defect that one of them meets must not keep back the others. */
final class Answers {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    private Answers() {}

    static void send(List<Answer> answers, long nowNanos) {
        for (Answer answer : answers) {
            guard(() -> answer.send(nowNanos));
        }
    }

    static void refuse(List<Answer> answers, ErrorCode error) {
        for (Answer answer : answers) {
            guard(() -> answer.refuse(error));
        }
    }

    /** Runs {@code task}; what it throws goes to the log. */
    static void guard(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A request to a group could not be answered", e);
        }
    }
}
