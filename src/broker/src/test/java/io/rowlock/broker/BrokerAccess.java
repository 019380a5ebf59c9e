package io.rowlock.broker;

import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.partition.Partition;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a simulation sees of a broker that nobody else does. */
public final class BrokerAccess {
    private BrokerAccess() {}

    /** What its listeners serve. */
    public static ApiTable apis(Broker broker) {
        return broker.apis();
    }

    /** The replica it holds, or null. */
    public static @Nullable Partition replica(Broker broker, UUID topicId, int index) {
        return broker.partitions().find(topicId, "", index).partition();
    }
}
