package io.rowlock.broker.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings that Kafka has and that mean nothing here, each with the reason and, where there is one, with what to write. */
final class KafkaNames {

    private static final String NO_TIERS = "there is no tiered storage";
    private static final String NO_SECURITY = "there is no authentication or encryption in this version";
    private static final String NO_TRANSACTIONS = "there are no transactions in this version";
    private static final String NO_GROUPS = "there are no groups of this kind in this version";
    private static final String NO_QUOTAS = "there are no quotas in this version";
    private static final String NO_CONTROLLER =
            "there is no controller quorum and no ZooKeeper; metadata lives in PostgreSQL";
    private static final String OWN_METRICS = "metrics are served on /q/metrics";
    private static final String NO_CLASSES = "no classes of Kafka are loaded";
    private static final String OWN_THREADS = "the node has as many threads as the machine has use for";
    private static final String OFFSETS_IN_SQL = "committed offsets are kept in PostgreSQL";
    private static final String LISTENERS =
            "write rowlock.listeners.<name>.host, .port, .advertised-host, .advertised-port";

    private static final Map<String, String> TOPIC = Map.ofEntries(
            Map.entry("remote.", NO_TIERS),
            Map.entry("local.", NO_TIERS),
            Map.entry("message.downconversion.enable", "batches are never converted to older formats"),
            Map.entry("message.format.version", "there is one format of record batches, version 2"),
            Map.entry("max.decompressed.message.bytes", "records are not decompressed"),
            Map.entry("errors.deadletterqueue.", NO_GROUPS));

    /** A name that ends with a dot stands for all that begin with it; the first that fits gives the reason. */
    private static final Map<String, String> BROKER = brokerNames();

    private KafkaNames() {}

    /** Why a topic setting of Kafka is refused; null if it is none of them. */
    static @Nullable String topicConfigRefusal(String name) {
        return find(TOPIC, name);
    }

    /** Why a broker setting of Kafka is refused; null if it is none of them. */
    static @Nullable String brokerConfigRefusal(String name) {
        return find(BROKER, name);
    }

    private static @Nullable String find(Map<String, String> reasons, String name) {
        String exact = reasons.get(name);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, String> entry : reasons.entrySet()) {
            if (entry.getKey().endsWith(".") && name.startsWith(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static Map<String, String> brokerNames() {
        Map<String, String> reasons = new LinkedHashMap<>();
        ownNames(reasons);
        each(
                reasons,
                NO_CONTROLLER,
                "controller.",
                "zookeeper.",
                "metadata.",
                "process.roles",
                "unstable.",
                "controlled.");
        each(reasons, NO_CONTROLLER, "initial.broker.registration.timeout.ms", "server.max.startup.time.ms");
        each(reasons, "the lease stands for it; write rowlock.lease.ttl", "broker.heartbeat.interval.ms");
        each(reasons, "the lease stands for it; write rowlock.lease.ttl", "broker.session.timeout.ms");
        each(reasons, NO_SECURITY, "ssl.", "sasl.", "security.", "delegation.token.", "authorizer.class.name");
        each(reasons, NO_SECURITY, "principal.builder.class", "super.users", "allow.everyone.if.no.acl.found");
        each(reasons, NO_SECURITY, "connections.max.reauth.ms", "connection.failed.authentication.delay.ms");
        each(reasons, NO_TRANSACTIONS, "transaction.", "transactional.", "add.partitions.to.txn.");
        each(
                reasons,
                NO_GROUPS,
                "group.consumer.",
                "group.share.",
                "group.streams.",
                "share.",
                "errors.deadletterqueue.");
        each(reasons, OFFSETS_IN_SQL, "group.coordinator.", "offsets.topic.", "offsets.load.", "offsets.commit.");
        each(reasons, NO_TIERS, "remote.", "log.local.", "rlmm.", "rsm.", "follower.fetch.last.tiered.offset.enable");
        each(reasons, NO_QUOTAS, "quota.", "client.quota.", "replication.quota.", "alter.log.dirs.replication.");
        each(
                reasons,
                NO_QUOTAS,
                "max.connection.creation.rate",
                "max.connections.per.ip",
                "max.connections.per.ip.overrides");
        each(reasons, NO_QUOTAS, "leader.replication.throttled.rate", "follower.replication.throttled.rate");
        each(reasons, OWN_METRICS, "metric.", "metrics.", "kafka.metrics.", "auto.include.jmx.reporter");
        each(reasons, "client telemetry is not served", "telemetry.");
        each(reasons, OWN_THREADS, "num.io.threads", "num.network.threads", "background.threads");
        each(reasons, OWN_THREADS, "num.replica.alter.log.dirs.threads", "replica.alter.log.dirs.");
        each(reasons, "one connection to each leader carries all partitions followed there", "num.replica.fetchers");
        each(
                reasons,
                "a leader finds its high watermark anew after a start",
                "replica.high.watermark.checkpoint.interval.ms");
        each(reasons, "sockets are set up as the operating system has it", "replica.socket.receive.buffer.bytes");
        each(reasons, "consumers are served by leaders alone in this version", "replica.selector.class");
        each(reasons, NO_CLASSES, "create.topic.policy.class.name", "alter.config.policy.class.name", "config.");
        each(reasons, "waiting requests leave nothing behind to purge", "producer.purgatory.", "fetch.purgatory.");
        each(reasons, "waiting requests leave nothing behind to purge", "delete.records.purgatory.");
        each(reasons, "sockets are set up as the operating system has it", "socket.");
        each(reasons, "it sets the time limit of Kafka's own connections between brokers", "request.timeout.ms");
        each(reasons, "write queued.max.request.bytes, which bounds what requests cost", "queued.max.requests");
        each(
                reasons,
                "a node has one data directory, which ends the node if it fails",
                "log.dir.",
                "cordoned.log.dirs");
        each(
                reasons,
                "checkpoints are written when what they say changes",
                "log.flush.offset.",
                "log.flush.start.offset.");
        each(
                reasons,
                "producers that expired are forgotten when others come",
                "producer.id.expiration.check.interval.ms");
        each(reasons, "who lacks records is elected only on request, by ElectLeaders", "unclean.");
        each(reasons, "all leaderships are brought back that can be", "leader.imbalance.per.broker.percentage");
        each(
                reasons,
                "there is one format of record batches, version 2",
                "log.message.format.version",
                "inter.broker.");
        each(reasons, "batches are never converted to older formats", "log.message.downconversion.enable");
        each(reasons, "records are not decompressed", "max.decompressed.message.bytes");
        each(reasons, "it is a topic setting of Kafka's own tests", "internal.");
        return reasons;
    }

    private static void ownNames(Map<String, String> reasons) {
        each(reasons, "write rowlock.node-id", "node.id", "broker.id", "broker.id.generation.enable");
        each(reasons, "write rowlock.rack", "broker.rack");
        each(reasons, "write rowlock.data-dir", "log.dir", "log.dirs", "metadata.log.dir");
        each(reasons, LISTENERS, "listeners", "advertised.listeners", "listener.", "early.start.listeners");
        each(reasons, LISTENERS, "inter.broker.listener.name");
        each(reasons, "write rowlock.listeners.peer.protocol", "security.inter.broker.protocol");
    }

    private static void each(Map<String, String> reasons, String reason, String... names) {
        for (String name : names) {
            reasons.put(name, reason);
        }
    }
}
