package io.rowlock.systemtest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.Brokers;
import io.rowlock.systemtest.process.RowlockCluster;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Three nodes and a PostgreSQL that the tests of a class share; their output stands in the report of a failure. Apache Kafka has
 * no such thing: where it is the target, the tests are skipped.
 */
final class Cluster implements Brokers, BeforeAllCallback, AfterAllCallback, TestExecutionExceptionHandler {
    static final int NODES = 3;
    private static final int SLOTS = 64;

    private final String name;
    private final boolean linked;
    private @Nullable RowlockCluster processes;

    private Cluster(String name, boolean linked) {
        this.name = name;
        this.linked = linked;
    }

    /** Whose nodes connect to each other and to PostgreSQL directly; {@code name} is that of its directory. */
    static Cluster direct(String name) {
        return new Cluster(name, false);
    }

    /** Whose nodes reach each other and PostgreSQL over links that can be cut; {@code name} is that of its directory. */
    static Cluster linked(String name) {
        return new Cluster(name, true);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        assumeTrue(Target.current() == Target.ROWLOCK);
        Map<String, String> settings = new HashMap<>();
        settings.put("rowlock.broker.group.initial.rebalance.delay.ms", "0");
        settings.put("rowlock.broker.group.min.session.timeout.ms", "500");
        List<String> jvmOptions = List.of("-Xmx256m");
        processes = linked
                ? RowlockCluster.linked(Target.freshHome(name), NODES, jvmOptions, settings)
                : RowlockCluster.direct(Target.freshHome(name), NODES, jvmOptions, settings);
        try {
            processes.start();
            awaitSpread();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(processes.output(), e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (processes != null) {
            processes.close();
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        new OutputOnFailure(processes().nodes()).handleTestExecutionException(context, failure);
    }

    RowlockCluster processes() {
        return Objects.requireNonNull(processes, "the cluster has not started");
    }

    /** By its id, from 1 on. */
    RowlockProcess node(int id) {
        return processes().node(id);
    }

    @Override
    public String bootstrap() {
        return processes().bootstrap();
    }

    /** Returns when the nodes that run share the slots of groups evenly. */
    void awaitSpread() {
        long running =
                processes().nodes().stream().filter(ServerProcess::isAlive).count();
        Clients.until("slots are spread over " + running + " nodes", () -> {
            Map<Integer, Integer> shares = new HashMap<>();
            holders().forEach(node -> shares.merge(node, 1, Integer::sum));
            return shares.size() == running && Collections.max(shares.values()) - Collections.min(shares.values()) <= 1;
        });
    }

    /** Returns when the others have taken the node for dead. */
    void awaitDeposed(int id) {
        Clients.until(
                "node " + id + " is deposed",
                () -> query("SELECT node_id FROM rowlock.node WHERE state = 'FENCED'")
                        .contains(id));
    }

    /** The node that has each slot, as PostgreSQL has it; 0 for none. */
    private List<Integer> holders() {
        return query("SELECT node_id FROM rowlock.coordinator_slot ORDER BY slot");
    }

    /** The first column; 0 where nothing stands. */
    private List<Integer> query(String sql) {
        List<Integer> values = new ArrayList<>();
        try (Connection connection = processes().postgres().access().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getInt(1));
            }
            return values;
        } catch (SQLException e) {
            throw new AssertionError("PostgreSQL does not answer " + sql, e);
        }
    }

    /** A new name of a group that {@code node} coordinates at the moment. */
    String groupOf(int node) {
        List<Integer> holders = holders();
        while (true) {
            String group = Clients.uniqueName("of-node-" + node);
            if (holders.get(Math.floorMod(group.hashCode(), SLOTS)) == node) {
                return group;
            }
        }
    }

    /** The id of the node to which {@code asked} sends clients with a group; -1 if it knows none. */
    int coordinator(int asked, String group) {
        FindCoordinatorRequest request = new FindCoordinatorRequest.Builder(new FindCoordinatorRequestData()
                        .setKeyType(FindCoordinatorRequest.CoordinatorType.GROUP.id())
                        .setCoordinatorKeys(List.of(group)))
                .build((short) 4);
        try (RawRequests requests = new RawRequests(node(asked))) {
            FindCoordinatorResponseData.Coordinator found = requests.ask(
                            ApiKeys.FIND_COORDINATOR, request, FindCoordinatorResponse.class)
                    .data()
                    .coordinators()
                    .get(0);
            return found.errorCode() == Errors.NONE.code() ? found.nodeId() : -1;
        }
    }
}
