package io.rowlock.node.group;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.protocol.MalformedMessageException;
import io.rowlock.protocol.message.ConsumerProtocolAssignment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What an operator can read of a member's assignment, which is opaque to the coordinator. */
final class AssignedPartitions {

    /** Of an assignment that is read: beyond, it costs more to write twice than an operator has of it. */
    static final int BYTES_MAX = 256 << 10;

    private AssignedPartitions() {}

    /**
     * An object that has for each topic an array of its partitions; null where the members are no consumers, or this one
     * has no assignment, or what its leader sent cannot be read or kept, or is longer than {@link #BYTES_MAX}.
     */
    static @Nullable String asJson(String protocolType, Bytes assignment) {
        if (!protocolType.equals(GroupSnapshot.CONSUMER_PROTOCOL_TYPE)
                || assignment.length() < Short.BYTES
                || assignment.length() > BYTES_MAX) {
            return null;
        }
        ByteBuf in = Unpooled.wrappedBuffer(assignment.array());
        short version = in.readShort();
        if (version < ConsumerProtocolAssignment.LOWEST_SUPPORTED_VERSION) {
            return null;
        }
        try {
            // A newer version only adds at the end, by the rules of this protocol.
            short known = (short) Math.min(version, ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION);
            return asJson(ConsumerProtocolAssignment.read(in, known));
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    private static @Nullable String asJson(ConsumerProtocolAssignment assignment) {
        JsonObject topics = new JsonObject();
        for (ConsumerProtocolAssignment.TopicPartition assigned : assignment.assignedPartitions()) {
            if (assigned.topic().indexOf('\0') >= 0) {
                return null;
            }
            JsonArray partitions = new JsonArray();
            assigned.partitions().forEach(partitions::add);
            topics.put(assigned.topic(), partitions);
        }
        return topics.encode();
    }
}
