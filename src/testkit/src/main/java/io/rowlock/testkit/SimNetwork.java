package io.rowlock.testkit;

import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerNetwork;
import io.rowlock.net.PeerUnreachableException;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A network between the machines of a simulation. What it carries are whole frames, encoded, so that the code of the messages
 * runs; each takes a while that chance decides, and those of one direction of a connection arrive in their order. As with
 * TCP, what is sent into a cut link arrives when the link is healed, unless somebody has given up by then.
 *
 * <p>A machine refuses where no process listens, and is silent while it is off, which is not the same: {@link
 * PeerUnreachableException#refused()}. A paused process neither refuses nor answers. Not thread-safe.
 */
public final class SimNetwork {
    private static final int PORTS = 1 << 16;

    private record Link(String from, String to) {}

    private record Listener(SimProcess process, SimServer server) {}

    private final SimScheduler scheduler;
    private final SimRandom random;
    private final int delayMicrosMax;
    private final Set<Link> cut = new HashSet<>();
    private final Set<String> off = new HashSet<>();
    private final Map<String, Listener> listeners = new HashMap<>();
    /** In the order in which they were opened, so that one seed always breaks them in the same order. */
    private final List<SimConnection> connections = new ArrayList<>();
    /** What was sent into links that are cut, in order. */
    private final Map<Link, List<Runnable>> stuck = new HashMap<>();

    private long framesCarried;

    /** @param delayMax how long a frame takes at most; half of it on average */
    public SimNetwork(SimScheduler scheduler, SimRandom random, Duration delayMax) {
        this.scheduler = scheduler;
        this.random = random;
        this.delayMicrosMax = Math.max(1, (int) (delayMax.toNanos() / 1000));
    }

    /** Has {@code process} on {@code machine} listen on a port, instead of whoever did before. */
    public void listen(String machine, int port, SimProcess process, SimServer server) {
        if (port <= 0 || port >= PORTS) {
            throw new IllegalArgumentException("port " + port);
        }
        listeners.put(machine + ":" + port, new Listener(process, server));
    }

    /** Listens no longer; connections stay. */
    public void stopListening(String machine, int port) {
        listeners.remove(machine + ":" + port);
    }

    /** The network as {@code process} on {@code machine} sees it; hosts are machines' names. */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows the completion cannot fail
    public PeerNetwork of(String machine, SimProcess process, String clientId) {
        return (host, port, limit) -> {
            CompletableFuture<PeerConnection> connected = new CompletableFuture<>();
            Scheduler.Timer timer = process.schedule(
                    limit,
                    () -> connected.completeExceptionally(
                            new PeerUnreachableException(host + ":" + port + " could not be reached", false, null)));
            connected.whenComplete((any, failure) -> timer.cancel());
            send(machine, host, () -> syn(machine, process, clientId, host, port, connected));
            return connected;
        };
    }

    /** A connection request has arrived: the machine's kernel answers it, also for a paused process. */
    private void syn(
            String from,
            SimProcess asking,
            String clientId,
            String host,
            int port,
            CompletableFuture<PeerConnection> connected) {
        Listener listener = listeners.get(host + ":" + port);
        if (listener == null || listener.process().isDead()) {
            send(
                    host,
                    from,
                    () -> asking.enter(() -> connected.completeExceptionally(
                            new PeerUnreachableException("nobody listens on " + host + ":" + port, true, null))));
            return;
        }
        SimConnection connection =
                new SimConnection(this, from, asking, host, port, listener.process(), listener.server(), clientId);
        connections.add(connection);
        connection.accept();
        send(
                host,
                from,
                () -> asking.enter(() -> {
                    if (!connected.complete(connection)) {
                        // Whoever asked has given up by now.
                        connection.close();
                    }
                }));
    }

    /** Lets nothing through from one machine to another until {@link #heal}; the other way is not changed. */
    public void cut(String from, String to) {
        cut.add(new Link(from, to));
    }

    /** Lets everything through again, first of all what is still underway. */
    public void heal(String from, String to) {
        Link link = new Link(from, to);
        if (cut.remove(link)) {
            List<Runnable> waiting = stuck.remove(link);
            if (waiting != null) {
                waiting.forEach(each -> send(from, to, each));
            }
        }
    }

    /** Heals all links. */
    public void healAll() {
        List.copyOf(cut).stream()
                .sorted(Comparator.comparing(Link::from).thenComparing(Link::to))
                .forEach(link -> heal(link.from(), link.to()));
    }

    /** Whether anything is cut. */
    public boolean isWhole() {
        return cut.isEmpty();
    }

    /** How many links are cut. */
    public int cuts() {
        return cut.size();
    }

    /** The machine goes down without a word: whoever waits for it waits on. */
    public void powerOff(String machine) {
        off.add(machine);
        connections.removeIf(each -> each.loseEnd(machine));
        listeners.keySet().removeIf(address -> address.startsWith(machine + ":"));
    }

    /** The machine is there again. No process runs on it yet, and connections of before are unknown to it. */
    public void powerOn(String machine) {
        off.remove(machine);
        List.copyOf(connections).stream().filter(each -> each.lacksEnd(machine)).forEach(SimConnection::reset);
    }

    /** A process has died, after {@link SimProcess#kill}: its kernel tells whoever is connected. */
    public void processDied(SimProcess process) {
        listeners.values().removeIf(each -> each.process() == process);
        List.copyOf(connections).stream()
                .filter(each -> each.belongsTo(process))
                .forEach(SimConnection::reset);
    }

    /** Breaks a connection between two machines, if there is one, with whatever is unanswered on it. Returns whether there was. */
    public boolean breakOne(String one, String other) {
        List<SimConnection> between =
                connections.stream().filter(each -> each.joins(one, other)).toList();
        if (between.isEmpty()) {
            return false;
        }
        between.get(random.nextInt(between.size())).reset();
        return true;
    }

    /** How many frames have arrived. */
    public long framesCarried() {
        return framesCarried;
    }

    void carried() {
        framesCarried++;
    }

    void forget(SimConnection connection) {
        connections.remove(connection);
    }

    /** Delivers after a while, unless the link is cut then, or the machine off: then later, or never. */
    void send(String from, String to, Runnable arrived) {
        scheduler.schedule(Duration.ofNanos(1000L * (1 + random.nextInt(delayMicrosMax))), () -> {
            Link link = new Link(from, to);
            if (off.contains(to)) {
                return;
            }
            if (cut.contains(link)) {
                stuck.computeIfAbsent(link, any -> new ArrayList<>()).add(arrived);
            } else {
                arrived.run();
            }
        });
    }
}
