package io.rowlock.broker.group;

import java.time.Duration;

/**
 * What an operator decides about groups; Kafka's broker settings of the same names.
 *
 * @param initialRebalanceDelay {@code group.initial.rebalance.delay.ms}: how long the first rebalance of an empty group waits for
 *     more members
 * @param sessionTimeoutMin {@code group.min.session.timeout.ms}
 * @param sessionTimeoutMax {@code group.max.session.timeout.ms}
 * @param sizeMax {@code group.max.size}: members
 */
public record GroupSettings(
        Duration initialRebalanceDelay, Duration sessionTimeoutMin, Duration sessionTimeoutMax, int sizeMax) {

    /** Whether a member may ask for such a session timeout. */
    public boolean allowsSession(int timeoutMs) {
        return timeoutMs >= sessionTimeoutMin.toMillis() && timeoutMs <= sessionTimeoutMax.toMillis();
    }
}
