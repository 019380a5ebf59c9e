package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;

/** What a replica with an open log does under one leader epoch. Confined to the partition's owner. */
sealed interface Role permits LeaderRole, FollowerRole {

    /** The log, or what of it this replica has confirmed, has moved: show it, and answer whoever waited for that. */
    void moved();

    /** The role is over; {@code why} is for whoever waits. */
    void end(ErrorCode error, String why);
}
