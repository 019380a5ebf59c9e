package io.rowlock.broker.group;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.MalformedMessageException;
import io.rowlock.protocol.message.ConsumerProtocolSubscription;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads from what consumers say about themselves which topics they consume. */
final class SubscribedTopics {

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private SubscribedTopics() {}

    /**
     * The topics of all members, or null if that cannot be told, because they are no consumers or one of them says something
     * that is not understood. A name that no topic can have is left out.
     *
     * @param protocol the assignor chosen, or null without members
     */
    static @Nullable Set<String> of(@Nullable String protocolType, @Nullable String protocol, Members members) {
        if (!GroupSnapshot.CONSUMER_PROTOCOL_TYPE.equals(protocolType)) {
            return null;
        }
        Set<String> topics = new HashSet<>();
        if (protocol != null) {
            try {
                members.all().forEach(member -> read(member.metadata(protocol), topics));
            } catch (MalformedMessageException e) {
                return null;
            }
        }
        return Set.copyOf(topics);
    }

    private static void read(Bytes metadata, Set<String> topics) {
        ByteBuf in = Unpooled.wrappedBuffer(metadata.array());
        if (in.readableBytes() < Short.BYTES || in.readShort() < 0) {
            throw new MalformedMessageException("A subscription begins with its version, which is not negative");
        }
        // Every version begins with what version 0 is, so those that are yet to come can be read too.
        for (String topic : ConsumerProtocolSubscription.read(in, (short) 0).topics()) {
            if (TOPIC.matcher(topic).matches()) {
                topics.add(topic);
            }
        }
    }
}
