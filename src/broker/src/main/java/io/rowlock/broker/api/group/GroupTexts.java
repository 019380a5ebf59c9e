package io.rowlock.broker.api.group;

import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.protocol.ErrorCode;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What clients may call groups and themselves, so that it can be kept. */
final class GroupTexts {

    private static final int INSTANCE_ID_BYTES_MAX = 1_000;
    /** So that the id of a member, which begins with it, fits into every version of every answer. */
    private static final int CLIENT_ID_CHARS_MAX = 1_000;

    /** Kafka's clients send no more. */
    private static final int REASON_CHARS_MAX = 255;

    private GroupTexts() {}

    /** INVALID_GROUP_ID for what no group with members can be called. */
    static ErrorCode check(String groupId) {
        return groupId.isEmpty() || !WriteRules.isGroupId(groupId) ? ErrorCode.INVALID_GROUP_ID : ErrorCode.NONE;
    }

    /** As {@link #check(String)}; INVALID_REQUEST for what no static member can be called. */
    static ErrorCode check(String groupId, @Nullable String instanceId) {
        ErrorCode error = check(groupId);
        if (error != ErrorCode.NONE || instanceId == null) {
            return error;
        }
        boolean usable = WriteRules.isText(instanceId)
                && instanceId.getBytes(StandardCharsets.UTF_8).length <= INSTANCE_ID_BYTES_MAX;
        return usable ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
    }

    /** How the client names itself, as far as that can be kept. */
    static String clientId(RequestContext context) {
        String given = context.clientId();
        if (given == null) {
            return "";
        }
        int end = Math.min(given.length(), CLIENT_ID_CHARS_MAX);
        if (end < given.length() && Character.isHighSurrogate(given.charAt(end - 1))) {
            end--;
        }
        return given.substring(0, end).replace("\0", "");
    }

    /** Why a client joins or leaves (KIP-800), as one line of a log; null if it does not say. */
    static @Nullable String reason(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        String cut = given.substring(0, Math.min(given.length(), REASON_CHARS_MAX));
        return cut.replaceAll("\\p{Cntrl}", " ");
    }

    /** As Kafka prints it: {@code /127.0.0.1}; empty if unknown. */
    static String clientHost(RequestContext context) {
        InetSocketAddress address = context.clientAddress();
        return address == null || address.getAddress() == null
                ? ""
                : "/" + address.getAddress().getHostAddress();
    }
}
