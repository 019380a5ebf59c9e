package io.rowlock.broker.group;

/**
 * One way in which a member can be assigned its share.
 *
 * @param name of the assignor
 * @param metadata opaque to the coordinator but for the topics in a consumer's subscription
 */
public record JoinProtocol(String name, Bytes metadata) {}
