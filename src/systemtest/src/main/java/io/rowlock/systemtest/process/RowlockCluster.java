package io.rowlock.systemtest.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Several nodes and one PostgreSQL, each a process. Clients connect directly. Nodes have the ids from 1 on.
 */
public final class RowlockCluster implements Brokers, AutoCloseable {
    private final PostgresServer postgres;
    private final List<RowlockProcess> nodes = new ArrayList<>();
    private final List<TcpProxy> proxies = new ArrayList<>();
    /** By the id of the node from which it leads, and that to which it does; 0 is PostgreSQL. */
    private final Map<List<Integer>, Link> links = new LinkedHashMap<>();

    private RowlockCluster(PostgresServer postgres) {
        this.postgres = postgres;
    }

    /**
     * Nodes that connect to each other and to PostgreSQL as they do in production: where a node was killed, the others are
     * refused. PostgreSQL runs when this returns, no node does yet.
     *
     * @param home for the data and output of all
     * @param settings of every node, as on its command line
     */
    public static RowlockCluster direct(Path home, int size, List<String> jvmOptions, Map<String, String> settings) {
        RowlockCluster cluster = new RowlockCluster(PostgresServer.start(home.resolve("postgres")));
        for (int id = 1; id <= size; id++) {
            Map<String, String> all = new LinkedHashMap<>(settings);
            all.put("quarkus.datasource.jdbc.url", cluster.postgres.access().url());
            cluster.add(home, id, jvmOptions, all);
        }
        return cluster;
    }

    /**
     * As {@link #direct}, but what nodes say to each other and to PostgreSQL goes over links that can be cut, delayed and
     * healed. A connection to a node that was killed is not refused then, but opened and closed at once.
     */
    public static RowlockCluster linked(Path home, int size, List<String> jvmOptions, Map<String, String> settings) {
        RowlockCluster cluster = new RowlockCluster(PostgresServer.start(home.resolve("postgres")));
        for (int id = 1; id <= size; id++) {
            Map<String, String> all = new LinkedHashMap<>(settings);
            cluster.link(id, all);
            cluster.add(home, id, jvmOptions, all);
        }
        return cluster;
    }

    private void link(int id, Map<String, String> settings) {
        TcpProxy toPostgres = new TcpProxy(postgres::port, port -> link(id, 0));
        TcpProxy toPeer = new TcpProxy(
                () -> Integer.parseInt(node(id).setting("rowlock.listeners.peer.port")),
                port -> link(whoConnects(port), id));
        proxies.add(toPostgres);
        proxies.add(toPeer);
        settings.put("rowlock.listeners.peer.advertised-port", Integer.toString(toPeer.port()));
        settings.put("quarkus.datasource.jdbc.url", "jdbc:postgresql://127.0.0.1:" + toPostgres.port() + "/postgres");
    }

    private void add(Path home, int id, List<String> jvmOptions, Map<String, String> settings) {
        PostgresAccess access = postgres.access();
        settings.put("rowlock.node-id", Integer.toString(id));
        settings.put("quarkus.datasource.username", access.user());
        settings.put("quarkus.datasource.password", access.password());
        nodes.add(RowlockProcess.in(home.resolve("node-" + id), jvmOptions, settings));
    }

    /** A connection that is over before it is known whose it was harms nobody. */
    private int whoConnects(int port) {
        for (int id = 1; id <= nodes.size(); id++) {
            if (node(id).isAlive() && SocketOwners.has(node(id).pid(), port)) {
                return id;
            }
        }
        return -1;
    }

    /** The way from one node to another: of the connections that {@code from} opens. Without effect where none is {@link #linked}. */
    public Link link(int from, int to) {
        synchronized (links) {
            return links.computeIfAbsent(List.of(from, to), ends -> new Link());
        }
    }

    /** The way from a node to PostgreSQL. */
    public Link postgresLink(int from) {
        return link(from, 0);
    }

    /** Cuts a node off from all others; PostgreSQL and clients still reach it. */
    public void isolate(int id) {
        for (int other = 1; other <= nodes.size(); other++) {
            if (other != id) {
                link(id, other).cut();
                link(other, id).cut();
            }
        }
    }

    /** All links are whole again. */
    public void heal() {
        synchronized (links) {
            links.values().forEach(Link::heal);
        }
    }

    /** By its id, from 1 on. */
    public RowlockProcess node(int id) {
        return nodes.get(id - 1);
    }

    public List<RowlockProcess> nodes() {
        return List.copyOf(nodes);
    }

    public PostgresServer postgres() {
        return postgres;
    }

    /** Starts all nodes at once, and returns when all serve. */
    public void start() {
        nodes.forEach(ServerProcess::launch);
        nodes.forEach(ServerProcess::awaitServing);
    }

    @Override
    public String bootstrap() {
        return nodes.stream().map(ServerProcess::bootstrap).collect(Collectors.joining(","));
    }

    /** The last output of every node, for a failure message. */
    public String output() {
        return nodes.stream().map(ServerProcess::output).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
        proxies.forEach(TcpProxy::close);
        postgres.close();
    }
}
