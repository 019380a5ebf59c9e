package io.rowlock.broker;

import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerNetwork;
import io.rowlock.net.PeerUnreachableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A node's way to the others, which a test cuts and heals. */
final class CuttableNetwork implements PeerNetwork {

    private final PeerNetwork network;
    private final Set<PeerConnection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    CuttableNetwork(PeerNetwork network) {
        this.network = network;
    }

    @Override
    public CompletionStage<PeerConnection> connect(String host, int port, Duration limit) {
        return network.connect(host, port, limit).thenCompose(connection -> {
            open.add(connection);
            if (cut) {
                connection.close();
                return CompletableFuture.failedFuture(new PeerUnreachableException("the way is cut", false, null));
            }
            return CompletableFuture.completedFuture(connection);
        });
    }

    /** Ends all connections, and lets none be made. */
    void cut() {
        cut = true;
        open.forEach(PeerConnection::close);
    }

    void heal() {
        cut = false;
    }
}
