package io.rowlock.broker.group;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member asks for its assignment; the leader brings everybody's.
 *
 * @param protocolType what the member believes to be the group's, or null if it did not say
 * @param protocol the assignor it believes to be chosen, or null if it did not say
 * @param assignments by member id; of the leader only
 */
public record SyncCommand(
        MemberClaim claim,
        @Nullable String protocolType,
        @Nullable String protocol,
        Map<String, Bytes> assignments) {}
