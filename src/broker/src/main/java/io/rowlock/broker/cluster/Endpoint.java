package io.rowlock.broker.cluster;

/**
 * Where others reach a listener of a node.
 *
 * @param host name or address as advertised to clients, not necessarily the one bound
 * @param port 1 to 65535
 * @param protocol Kafka's security protocol by name, such as {@code PLAINTEXT}
 */
public record Endpoint(String host, int port, String protocol) {}
