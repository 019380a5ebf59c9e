package io.rowlock.systemtest.load;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member of a consumer group as a state machine: what it is answered goes in, what it asks next comes out. It speaks JoinGroup 5, SyncGroup 3 and
 * Heartbeat 3, and asks one thing at a time. As leader it gives each member one partition.
 */
final class CrowdMember {
    private static final int JOIN_GROUP = 11;
    private static final int HEARTBEAT = 12;
    private static final int LEAVE_GROUP = 13;
    private static final int SYNC_GROUP = 14;
    private static final int SESSION_TIMEOUT_MS = 45_000;
    private static final int REBALANCE_TIMEOUT_MS = 60_000;

    private static final int NONE = 0;
    private static final int COORDINATOR_LOAD_IN_PROGRESS = 14;
    private static final int COORDINATOR_NOT_AVAILABLE = 15;
    private static final int NOT_COORDINATOR = 16;
    private static final int ILLEGAL_GENERATION = 22;
    private static final int UNKNOWN_MEMBER_ID = 25;
    private static final int REBALANCE_IN_PROGRESS = 27;
    private static final int MEMBER_ID_REQUIRED = 79;

    private enum Step {
        OUTSIDE,
        JOINING,
        SYNCING,
        STABLE,
        BEATING
    }

    private final String group;
    private final String topic;
    private String memberId = "";
    private int generation = -1;
    private Step step = Step.OUTSIDE;
    private List<String> ledMembers = List.of();

    CrowdMember(String group, String topic) {
        this.group = group;
        this.topic = topic;
    }

    /** Whether it has its assignment, and nothing told it otherwise. */
    boolean isStable() {
        return step == Step.STABLE || step == Step.BEATING;
    }

    /** What it asks when it is time for a heartbeat; null while it waits for an answer. */
    @Nullable
    ByteBuffer tick() {
        return switch (step) {
            case OUTSIDE -> join();
            case STABLE -> heartbeat();
            case JOINING, SYNCING, BEATING -> null;
        };
    }

    /** Takes an answer from behind its header, and gives what follows at once, if anything does. */
    @Nullable
    ByteBuffer answered(ByteBuffer answer) {
        answer.getInt(); // throttle time
        int error = answer.getShort();
        return switch (step) {
            case JOINING -> joined(error, answer);
            case SYNCING, BEATING -> error == NONE ? settled() : refused(error);
            case OUTSIDE, STABLE -> throw new IllegalStateException(this + " is answered what it did not ask");
        };
    }

    private @Nullable ByteBuffer joined(int error, ByteBuffer answer) {
        if (error != NONE && error != MEMBER_ID_REQUIRED) {
            return refused(error);
        }
        generation = answer.getInt();
        Wire.string(answer); // protocol name
        String leader = Wire.string(answer);
        memberId = Wire.string(answer);
        if (error == MEMBER_ID_REQUIRED) {
            return join();
        }
        ledMembers = leader.equals(memberId) ? members(answer) : List.of();
        return sync();
    }

    private static List<String> members(ByteBuffer answer) {
        List<String> members = new ArrayList<>();
        for (int left = answer.getInt(); left > 0; left--) {
            members.add(Wire.string(answer));
            Wire.string(answer); // instance id
            answer.position(answer.position() + 4 + answer.getInt(answer.position()));
        }
        return members;
    }

    private @Nullable ByteBuffer settled() {
        step = Step.STABLE;
        return null;
    }

    /** Joins again: at once where the group wants that, with the next tick where the coordinator is not ready. */
    private @Nullable ByteBuffer refused(int error) {
        switch (error) {
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                return join();
            }
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> {
                return join();
            }
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> {
                step = Step.OUTSIDE;
                return null;
            }
            default -> throw new IllegalStateException(this + " is refused with error " + error);
        }
    }

    private ByteBuffer join() {
        step = Step.JOINING;
        return Wire.request(JOIN_GROUP, 5, out -> {
            Wire.string(out, group);
            out.writeInt(SESSION_TIMEOUT_MS);
            out.writeInt(REBALANCE_TIMEOUT_MS);
            Wire.string(out, memberId);
            Wire.nullString(out);
            Wire.string(out, "consumer");
            out.writeInt(1);
            Wire.string(out, "range");
            Wire.bytes(out, Wire.bytes(this::subscription));
        });
    }

    private ByteBuffer sync() {
        step = Step.SYNCING;
        return Wire.request(SYNC_GROUP, 3, out -> {
            Wire.string(out, group);
            out.writeInt(generation);
            Wire.string(out, memberId);
            Wire.nullString(out);
            out.writeInt(ledMembers.size());
            for (int i = 0; i < ledMembers.size(); i++) {
                int partition = i;
                Wire.string(out, ledMembers.get(i));
                Wire.bytes(out, Wire.bytes(assignment -> assignment(assignment, partition)));
            }
        });
    }

    private ByteBuffer heartbeat() {
        step = Step.BEATING;
        return Wire.request(HEARTBEAT, 3, out -> {
            Wire.string(out, group);
            out.writeInt(generation);
            Wire.string(out, memberId);
            Wire.nullString(out);
        });
    }

    /** Says that it leaves; whatever else is under way does not matter any more. */
    ByteBuffer leave() {
        return Wire.request(LEAVE_GROUP, 2, out -> {
            Wire.string(out, group);
            Wire.string(out, memberId);
        });
    }

    /** As Kafka's consumers write it: version 1, without user data and owned partitions. */
    private void subscription(DataOutputStream out) throws IOException {
        out.writeShort(1);
        out.writeInt(1);
        Wire.string(out, topic);
        out.writeInt(-1);
        out.writeInt(0);
    }

    private void assignment(DataOutputStream out, int partition) throws IOException {
        out.writeShort(1);
        out.writeInt(1);
        Wire.string(out, topic);
        out.writeInt(1);
        out.writeInt(partition);
        out.writeInt(-1);
    }

    @Override
    public String toString() {
        return "member '" + memberId + "' of group " + group + ", " + step;
    }
}
