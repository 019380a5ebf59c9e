package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;

/**
 * The groups of a coordinator as they are kept.
 *
 * @param error COORDINATOR_LOAD_IN_PROGRESS where some are not loaded yet, or NONE
 */
public record ListedGroups(ErrorCode error, List<GroupListing> groups) {}
