package io.rowlock.node.config;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the operator decides, checked.
 *
 * @param nodeId 0 or more
 * @param dataDir as written, relative to the working directory
 * @param listeners in order of their names
 * @param leaseTtl 2 seconds to 5 minutes
 * @param openFiles how many files of segments may be open at once, 16 or more
 * @param diskReserveBytes what records leave free of the data directory's disk
 * @param broker Kafka's settings
 * @param databaseUrl null where the node runs a PostgreSQL of its own
 */
public record NodeSettings(
        int nodeId,
        Path dataDir,
        @Nullable String rack,
        List<ListenerSettings> listeners,
        Duration leaseTtl,
        Durability durability,
        int openFiles,
        long diskReserveBytes,
        BrokerSettings broker,
        @Nullable String databaseUrl) {

    private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);
    private static final Duration LONGEST_TTL = Duration.ofMinutes(5);
    private static final int FEWEST_OPEN_FILES = 16;
    private static final int MOST_OPEN_FILES = 10_000_000;
    private static final int OPEN_FILES_ENOUGH = 10_000;
    private static final Pattern LISTENER_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");
    private static final Map<String, Integer> DEFAULT_PORTS = Map.of("client", 9092, ListenerSettings.PEER, 9093);

    public NodeSettings {
        listeners = List.copyOf(listeners);
    }

    /** Those for other nodes, or those for clients. */
    public List<ListenerSettings> listeners(boolean forPeers) {
        return listeners.stream().filter(one -> one.isForPeers() == forPeers).toList();
    }

    /** @throws InvalidConfigException for the first value that is wrong */
    static NodeSettings of(
            NodeConfig node,
            ListenersConfig listeners,
            LeaseConfig lease,
            LogConfig log,
            BrokerSettings broker,
            @Nullable String databaseUrl) {
        if (databaseUrl != null && !databaseUrl.startsWith("jdbc:postgresql:")) {
            throw Texts.wrong(
                    "quarkus.datasource.jdbc.url",
                    databaseUrl,
                    "a URL such as jdbc:postgresql://host:5432/rowlock, or nothing for a PostgreSQL of the node's own");
        }
        return new NodeSettings(
                Texts.wholeNumber("rowlock.node-id", node.nodeId(), 0, Integer.MAX_VALUE),
                dataDir(node.dataDir()),
                node.rack().map(String::strip).filter(rack -> !rack.isEmpty()).orElse(null),
                listeners(listeners.byName()),
                Texts.duration("rowlock.lease.ttl", lease.ttl(), SHORTEST_TTL, LONGEST_TTL),
                Texts.oneOf("rowlock.log.durability", log.durability(), Durability.class),
                openFiles(log.openFiles()),
                Texts.bytes("rowlock.log.disk-reserve", log.diskReserve()),
                broker,
                databaseUrl);
    }

    private static int openFiles(Optional<String> value) {
        return value.map(text -> Texts.wholeNumber("rowlock.log.open-files", text, FEWEST_OPEN_FILES, MOST_OPEN_FILES))
                .orElseGet(() -> openFilesWithin(SystemLimits.openFilesMax()));
    }

    /**
     * Half of what the process may open: the other half is for connections, and for the other files of a partition, which are
     * open for moments only. No more than so many, since a file that is not used closes soon anyway.
     */
    static int openFilesWithin(long processLimit) {
        return (int) Math.max(FEWEST_OPEN_FILES, Math.min(OPEN_FILES_ENOUGH, processLimit / 2));
    }

    private static Path dataDir(String value) {
        try {
            if (!value.isBlank()) {
                return Path.of(value.strip());
            }
        } catch (InvalidPathException e) {
            // Falls through to the same answer as no path at all.
        }
        throw Texts.wrong("rowlock.data-dir", value, "the path of a directory");
    }

    private static List<ListenerSettings> listeners(Map<String, ListenersConfig.Listener> byName) {
        List<ListenerSettings> listeners = new TreeMap<>(byName)
                .entrySet().stream()
                        .map(entry -> listener(entry.getKey(), entry.getValue()))
                        .toList();
        Map<Integer, List<ListenerSettings>> byPort =
                listeners.stream().collect(Collectors.groupingBy(ListenerSettings::port));
        byPort.values().stream().filter(same -> same.size() > 1).findFirst().ifPresent(same -> {
            throw new InvalidConfigException("Listeners " + same.get(0).name() + " and "
                    + same.get(1).name() + " both have port " + same.get(0).port() + ": write different ports.");
        });
        return listeners;
    }

    private static ListenerSettings listener(String name, ListenersConfig.Listener config) {
        String prefix = KnownKeys.LISTENERS + name + ".";
        if (!LISTENER_NAME.matcher(name).matches()) {
            throw new InvalidConfigException(
                    "'" + name + "' cannot name a listener: write a lower-case letter, and then"
                            + " up to 62 lower-case letters, digits and hyphens.");
        }
        String portText = config.port().orElse(DEFAULT_PORTS.containsKey(name) ? "" + DEFAULT_PORTS.get(name) : "");
        int port = Texts.wholeNumber(prefix + "port", portText, 1, 65_535);
        String host = config.host().strip();
        String protocol = config.protocol().strip();
        if (!protocol.equals("PLAINTEXT")) {
            throw Texts.wrong(prefix + "protocol", protocol, "PLAINTEXT, which is all that is served so far");
        }
        String advertisedHost = config.advertisedHost()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseGet(() -> EVERY_ADDRESS.contains(host) ? machineName() : host);
        if (EVERY_ADDRESS.contains(advertisedHost)) {
            throw Texts.wrong(
                    prefix + "advertised-host", advertisedHost, "a name or an address that clients can connect to");
        }
        int advertisedPort = config.advertisedPort()
                .map(text -> Texts.wholeNumber(prefix + "advertised-port", text, 1, 65_535))
                .orElse(port);
        return new ListenerSettings(name, host, port, new Endpoint(advertisedHost, advertisedPort, protocol));
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new InvalidConfigException("This machine does not know its own name (" + e.getMessage()
                    + "): write what clients connect to into rowlock.listeners.client.advertised-host.");
        }
    }
}
