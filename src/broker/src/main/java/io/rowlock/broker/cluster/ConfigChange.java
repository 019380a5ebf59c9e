package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.protocol.ErrorCode;
import java.util.Map;

/**
 * A wish to change the settings of one resource.
 *
 * @param edit says what they become
 */
public record ConfigChange(ConfigResource resource, Edit edit) {

    /**
     * Says what becomes of settings, by what they are while nobody else can change them: so of two that add to the same list
     * at once, neither undoes the other. Called within the store's transaction, perhaps more than once, on any thread: it
     * must not block, and its answer must follow from its arguments alone.
     */
    @FunctionalInterface
    public interface Edit {

        /**
         * @param current what the resource sets itself, under Kafka's names
         * @param overrides what is set at run time for brokers, with the changes that came before this one
         */
        Decision decide(Map<String, String> current, BrokerOverrides overrides);
    }

    /** What becomes of the settings. */
    public sealed interface Decision {

        /** These are all that the resource sets itself from now on. */
        record Become(Map<String, String> configs) implements Decision {

            public Become {
                configs = Map.copyOf(configs);
            }
        }

        /** They stay as they are, for a reason that is the client's. */
        record Refuse(ErrorCode error, String message) implements Decision {}
    }
}
