package io.rowlock.systemtest.differential;

import io.rowlock.systemtest.process.KafkaProcess;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** Apache Kafka and Rowlock side by side, with the same settings and nothing in them. */
final class BrokerPair implements AutoCloseable {
    /** No group waits for members that might still come, and nothing is removed while one compares. */
    private static final Map<String, String> SETTINGS = Map.of(
            "group.initial.rebalance.delay.ms", "0",
            "log.retention.check.interval.ms", "86400000",
            "log.cleaner.backoff.ms", "86400000");

    private static final int TRIES = 400;

    private final List<ServerProcess> servers;
    private final Peer kafka;
    private final Peer rowlock;

    private BrokerPair(ServerProcess kafka, ServerProcess rowlock) {
        this.servers = List.of(kafka, rowlock);
        this.kafka = new Peer(kafka.clientPort());
        this.rowlock = new Peer(rowlock.clientPort());
    }

    static BrokerPair start() {
        Map<String, String> kafkaSettings = new LinkedHashMap<>(SETTINGS);
        kafkaSettings.put("offsets.topic.num.partitions", "1");
        kafkaSettings.put("transaction.state.log.num.partitions", "1");
        Map<String, String> rowlockSettings = new LinkedHashMap<>();
        SETTINGS.forEach((name, value) -> rowlockSettings.put("rowlock.broker." + name, value));
        rowlockSettings.put("rowlock.log.durability", "async");
        ServerProcess kafka = KafkaProcess.in(home("kafka"), List.of("-Xmx512m"), kafkaSettings);
        ServerProcess rowlock = RowlockProcess.in(home("rowlock"), List.of("-Xmx256m"), rowlockSettings);
        BrokerPair pair = new BrokerPair(kafka, rowlock);
        try {
            kafka.launch();
            rowlock.start();
            kafka.awaitServing();
            pair.warmUp();
            return pair;
        } catch (RuntimeException e) {
            pair.close();
            throw e;
        }
    }

    private static Path home(String name) {
        Path home = ProjectLayout.workspace().resolve("differential-" + name);
        ServerProcess.deleteTree(home);
        return home;
    }

    Peer kafka() {
        return kafka;
    }

    Peer rowlock() {
        return rowlock;
    }

    /** Both answer "not yet" until their coordinators have loaded, which is no difference. */
    private void warmUp() {
        Request find = request(ApiKeys.FIND_COORDINATOR, 3, Map.of("key", "any"));
        Request commits = request(
                ApiKeys.OFFSET_FETCH,
                7,
                Map.of("group_id", "any", "topics", List.of(Map.of("name", "any", "partition_indexes", List.of(0)))));
        Request producer = request(ApiKeys.INIT_PRODUCER_ID, 4, identity());
        for (Request request : List.of(find, commits, producer)) {
            awaitSuccess(kafka, request);
            awaitSuccess(rowlock, request);
        }
    }

    private static Map<String, Object> identity() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("transactional_id", null);
        body.put("transaction_timeout_ms", 60_000);
        body.put("producer_id", -1);
        body.put("producer_epoch", -1);
        return body;
    }

    private static Request request(ApiKeys api, int version, Map<String, Object> body) {
        return new Request(api, (short) version, "start", "", false, body);
    }

    private static void awaitSuccess(Peer peer, Request request) {
        Object code = null;
        for (int i = 0; i < TRIES; i++) {
            code = peer.exchange(request).get("error_code");
            if (code instanceof Short number && number == 0) {
                return;
            }
            Settling.pause(50);
        }
        throw new IllegalStateException(request + " is still answered with error " + code);
    }

    @Override
    public void close() {
        kafka.close();
        rowlock.close();
        servers.forEach(ServerProcess::close);
    }
}
