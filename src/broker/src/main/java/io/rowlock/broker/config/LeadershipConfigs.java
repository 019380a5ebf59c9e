package io.rowlock.broker.config;

import static io.rowlock.broker.config.Importance.HIGH;
import static io.rowlock.broker.config.SettingType.BOOLEAN;
import static io.rowlock.broker.config.SettingType.LONG;
import static io.rowlock.broker.config.ValueRule.atLeast;

import java.util.List;

/** Broker settings on who leads partitions. */
final class LeadershipConfigs {

    static final Setting AUTO_LEADER_REBALANCE_ENABLE = Setting.named("auto.leader.rebalance.enable", BOOLEAN, "true")
            .importance(HIGH)
            .saying("Whether a node gets the leaderships back that it is to have, once it is in sync again.");

    static final Setting LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS = Setting.named(
                    "leader.imbalance.check.interval.seconds", LONG, "300")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How many seconds pass between two looks for leaderships to bring back.");

    static final List<Setting> ALL = List.of(AUTO_LEADER_REBALANCE_ENABLE, LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS);

    private LeadershipConfigs() {}
}
