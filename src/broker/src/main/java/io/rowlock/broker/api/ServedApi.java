package io.rowlock.broker.api;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;

/**
 * An API as one kind of listener serves it: every version from {@code lowest} to {@code highest}.
 *
 * @param handler takes the request type of {@code key} and answers with its response type
 */
public record ServedApi(ApiKey key, short lowest, short highest, ApiHandler<ApiMessage, ApiMessage> handler) {

    public ServedApi {
        if (lowest > highest || lowest < key.lowestVersion() || highest > key.highestStableVersion()) {
            throw new IllegalArgumentException(key.apiName() + " has no stable versions " + lowest + " to " + highest);
        }
    }

    public boolean serves(short version) {
        return version >= lowest && version <= highest;
    }

    /**
     * The lowest version that clients are told of. For Produce it is 0 although 0 to 2 are refused: older clients of
     * librdkafka take lower versions for what else a broker can do (KAFKA-18659).
     */
    public short lowestAdvertised() {
        return key == ApiKey.PRODUCE ? 0 : lowest;
    }
}
