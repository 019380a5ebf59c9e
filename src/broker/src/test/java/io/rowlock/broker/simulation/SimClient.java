package io.rowlock.broker.simulation;

import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerNetwork;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.testkit.SimProcess;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What any client does: connect, learn who leads, ask. */
@SuppressWarnings("FutureReturnValueIgnored") // answers and failures come to whoever asked
final class SimClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(4);
    private static final short METADATA_VERSION = 12;

    final SimProcess process;
    final SimRandom random;
    private final SimWorld world;
    private final PeerNetwork network;
    private final int nodes;
    private final TopicShape topic;
    private final Map<Integer, Line> lines = new HashMap<>();
    private final int[] leaders;
    private boolean asking;

    SimClient(SimWorld world, String name, int nodes, TopicShape topic) {
        this.world = world;
        this.process = new SimProcess(world.scheduler);
        this.random = world.random.split();
        this.network = world.network.of(name, process, name);
        this.nodes = nodes;
        this.topic = topic;
        this.leaders = new int[topic.partitions()];
        Arrays.fill(leaders, -1);
    }

    TopicShape topic() {
        return topic;
    }

    /** Who leads as far as is known, or -1. */
    int leader(int partition) {
        return leaders[partition];
    }

    /** Asks a node, in the order of the calls; {@code heard} gets an answer, or null. */
    void ask(int node, ApiKey api, int version, ApiMessage request, Consumer<@Nullable ApiMessage> heard) {
        Line line = lines.computeIfAbsent(node, Line::new);
        line.queue.add(connection -> {
            if (connection == null) {
                heard.accept(null);
            } else {
                connection.send(api, (short) version, request, ANSWER_LIMIT).whenComplete((answer, lost) -> {
                    if (lost != null) {
                        lines.remove(node, line);
                        connection.close();
                    }
                    world.watched(() -> heard.accept(answer));
                });
            }
        });
        line.flush();
    }

    /** A connection to one node, or the wait for it. */
    private final class Line {
        private final ArrayDeque<Consumer<@Nullable PeerConnection>> queue = new ArrayDeque<>();
        private @Nullable PeerConnection connection;

        Line(int node) {
            network.connect(SimWorld.machine(node), SimWorld.CLIENT_PORT, CONNECT_LIMIT)
                    .whenComplete((opened, failure) -> {
                        if (failure != null) {
                            lines.remove(node, this);
                            failAll();
                        } else {
                            connection = opened;
                            flush();
                        }
                    });
        }

        private void failAll() {
            for (var each = queue.poll(); each != null; each = queue.poll()) {
                var waiting = each;
                world.watched(() -> waiting.accept(null));
            }
        }

        private void flush() {
            PeerConnection open = connection;
            if (open != null) {
                for (var each = queue.poll(); each != null; each = queue.poll()) {
                    each.accept(open);
                }
            }
        }
    }

    /** Learns from any node who leads; one question at a time. */
    void learn() {
        if (asking) {
            return;
        }
        asking = true;
        MetadataRequest request = new MetadataRequest()
                .setTopics(List.of(new MetadataRequest.MetadataRequestTopic().setName(topic.name())));
        ask(1 + random.nextInt(nodes), ApiKey.METADATA, METADATA_VERSION, request, answer -> {
            asking = false;
            if (answer == null) {
                process.schedule(Duration.ofMillis(50), this::learn);
            } else {
                learned((MetadataResponse) answer);
            }
        });
    }

    private void learned(MetadataResponse answer) {
        for (MetadataResponse.MetadataResponseTopic each : answer.topics()) {
            each.partitions().forEach(one -> leaders[one.partitionIndex()] = one.leaderId());
        }
        world.tally.count("questions for metadata");
    }

    void later(int millisMax, Runnable task) {
        process.schedule(Duration.ofMillis(1 + random.nextInt(millisMax)), task);
    }
}
