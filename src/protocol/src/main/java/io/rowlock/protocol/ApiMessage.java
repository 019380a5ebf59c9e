package io.rowlock.protocol;

import java.util.List;

/** A whole message of Kafka's protocol: a request, a response, a header or data. Mutable, not thread-safe. */
public interface ApiMessage {

    /** The id of the API that this request or response belongs to; -1 for headers and data. */
    short apiKey();

    /** The lowest version that can be read and written. */
    short lowestSupportedVersion();

    /** The highest version that can be read and written, unstable ones included. */
    short highestSupportedVersion();

    /**
     * Writes this message as {@code version}.
     *
     * @throws UnsupportedVersionException if the version is out of range, or does not carry a field that is set and may
     *     not be left out
     * @throws IllegalArgumentException if a value does not fit its field
     */
    void write(MessageWriter out, short version);

    /** Tagged fields that this schema does not know, kept so that they can be passed on; mutable, never null. */
    List<RawTaggedField> unknownTaggedFields();
}
