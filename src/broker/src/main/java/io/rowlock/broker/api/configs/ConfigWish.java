package io.rowlock.broker.api.configs;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants of one resource.
 *
 * @param type Kafka's code of the kind of resource; any number may come
 * @param replaces whether all that is set and not named goes, as AlterConfigs has it
 */
record ConfigWish(byte type, String name, boolean replaces, List<ConfigOp> ops) {

    /** What came of it. */
    record Outcome(ErrorCode error, @Nullable String message) {

        static final Outcome DONE = new Outcome(ErrorCode.NONE, null);

        static Outcome invalidRequest(String message) {
            return new Outcome(ErrorCode.INVALID_REQUEST, message);
        }
    }
}
