package io.rowlock.protocol;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.message.RequestHeader;
import io.rowlock.protocol.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * The headers of requests and responses. A frame begins, in every version of the header, with API id, API version and
 * correlation id, so that these can be looked at before anything that depends on a known version is read.
 */
public final class Headers {
    private static final int CORRELATION_ID_AT = 4;
    private static final int FIXED_PART_BYTES = 8;

    private Headers() {}

    /** The API id of the request that begins at the reader index, which stays where it is; perhaps of no known API. */
    public static short apiKeyId(ByteBuf frame) {
        requireFixedPart(frame);
        return frame.getShort(frame.readerIndex());
    }

    /** The API version of the request that begins at the reader index, which stays where it is; perhaps unknown. */
    public static short apiVersion(ByteBuf frame) {
        requireFixedPart(frame);
        return frame.getShort(frame.readerIndex() + Short.BYTES);
    }

    /** The correlation id of the request that begins at the reader index, which stays where it is. */
    public static int correlationId(ByteBuf frame) {
        requireFixedPart(frame);
        return frame.getInt(frame.readerIndex() + CORRELATION_ID_AT);
    }

    private static void requireFixedPart(ByteBuf frame) {
        if (frame.readableBytes() < FIXED_PART_BYTES) {
            throw new MalformedMessageException("a request of " + frame.readableBytes() + " bytes has no whole header");
        }
    }

    /**
     * Reads the header of a request to {@code api}, the one that {@link #apiKeyId} named. Its version need not be known:
     * later versions of an API keep the latest header.
     */
    public static RequestHeader readRequestHeader(ByteBuf in, ApiKey api) {
        return RequestHeader.read(in, api.requestHeaderVersion(apiVersion(in)));
    }

    /** Writes the header of a request to {@code api}. */
    public static void writeRequestHeader(
            MessageWriter out, ApiKey api, short version, int correlationId, @Nullable String clientId) {
        new RequestHeader()
                .setRequestApiKey(api.id())
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId)
                .write(out, api.requestHeaderVersion(version));
    }

    /** Reads the header of a response of {@code api} in {@code version}, which the request had. */
    public static ResponseHeader readResponseHeader(ByteBuf in, ApiKey api, short version) {
        return ResponseHeader.read(in, api.responseHeaderVersion(version));
    }

    /** Writes the header of a response of {@code api} in {@code version}, which the request had. */
    public static void writeResponseHeader(MessageWriter out, ApiKey api, short version, int correlationId) {
        new ResponseHeader().setCorrelationId(correlationId).write(out, api.responseHeaderVersion(version));
    }
}
