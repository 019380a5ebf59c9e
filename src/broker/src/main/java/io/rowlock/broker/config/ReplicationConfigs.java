package io.rowlock.broker.config;

import static io.rowlock.broker.config.Importance.HIGH;
import static io.rowlock.broker.config.SettingType.INT;
import static io.rowlock.broker.config.SettingType.LONG;
import static io.rowlock.broker.config.ValueRule.atLeast;

import java.util.List;

/** The broker settings of replication. */
final class ReplicationConfigs {

    static final Setting FETCH_MIN_BYTES = Setting.named("replica.fetch.min.bytes", INT, "1")
            .taking(atLeast(0))
            .importance(HIGH)
            .saying("How many bytes of records a leader has before it answers a follower that could wait longer.");

    static final Setting FETCH_WAIT_MAX_MS = Setting.named("replica.fetch.wait.max.ms", INT, "500")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How many milliseconds a leader lets a follower wait that has nothing to fetch.");

    static final Setting FETCH_MAX_BYTES = Setting.named("replica.fetch.max.bytes", INT, "1048576")
            .taking(atLeast(0))
            .saying("How many bytes of one partition a follower fetches at once; a larger batch comes all the same.");

    static final Setting FETCH_RESPONSE_MAX_BYTES = Setting.named("replica.fetch.response.max.bytes", INT, "10485760")
            .taking(atLeast(1))
            .saying(
                    "How many bytes a follower fetches from one leader at once, and how many of them may wait to be written"
                            + " and synced before it fetches more.");

    static final Setting FETCH_BACKOFF_MS = Setting.named("replica.fetch.backoff.ms", INT, "1000")
            .taking(atLeast(0))
            .saying(
                    "The longest pause, in milliseconds, before a follower tries again what failed; the first pauses are"
                            + " shorter.");

    static final Setting SOCKET_TIMEOUT_MS = Setting.named("replica.socket.timeout.ms", INT, "30000")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying(
                    "How many milliseconds a follower waits for a connection to a leader, or for an answer on it, before it"
                            + " begins anew.");

    static final Setting LAG_TIME_MAX_MS = Setting.named("replica.lag.time.max.ms", LONG, "30000")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How many milliseconds a follower may stay behind before it leaves the in-sync replicas.");

    static final List<Setting> ALL = List.of(
            FETCH_MIN_BYTES,
            FETCH_WAIT_MAX_MS,
            FETCH_MAX_BYTES,
            FETCH_RESPONSE_MAX_BYTES,
            FETCH_BACKOFF_MS,
            SOCKET_TIMEOUT_MS,
            LAG_TIME_MAX_MS);

    private ReplicationConfigs() {}
}
