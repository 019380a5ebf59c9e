package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncChange.Member;
import io.rowlock.broker.cluster.LeadershipInvariants;
import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.cluster.TopicInfo;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that register, elect, change in-sync replicas and create topics all at once: nobody waits for ever, and every image holds. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(120)
class PostgresLeadershipRaceTest {

    private static final int NODES = 6;
    private static final int STEPS = 60;
    /** So long that leases run out only where a node {@linkplain Node#fallSilent falls silent}. */
    private static final Duration TTL = Duration.ofMinutes(10);
    /** How often a silent node looks whether it was deposed. */
    private static final int SILENT_LOOKS = 10;

    private static final String MICROS = TTL.plusMinutes(1).toNanos() / 1_000 + " * interval '1 microsecond'";

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore store;
    private final PostgresMetadataStore second;
    private final AtomicInteger elections = new AtomicInteger();

    @Inject
    PostgresLeadershipRaceTest(
            AgroalDataSource dataSource,
            @DataSource("lease") AgroalDataSource leaseSource,
            PostgresMetadataStore store,
            MetadataAdministration administration) {
        this.dataSource = dataSource;
        this.store = store;
        this.second = new PostgresMetadataStore(dataSource, leaseSource, administration);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void everyImageHoldsAndNobodyWaitsForEver() throws Exception {
        TestDatabase.empty(dataSource);
        String deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        String before = TestDatabase.ask(dataSource, deadlocks);
        ExecutorService threads = Executors.newFixedThreadPool(NODES + 1);
        AtomicBoolean over = new AtomicBoolean();
        Future<MetadataImage> follower = threads.submit(() -> follow(over));
        List<Future<?>> nodes = new ArrayList<>();
        for (int id = 1; id <= NODES; id++) {
            Node node = new Node(id, id % 2 == 0 ? store : second);
            nodes.add(threads.submit(() -> {
                node.live();
                return null;
            }));
        }
        MetadataImage followed;
        try {
            for (Future<?> node : nodes) {
                node.get(100, TimeUnit.SECONDS);
            }
            over.set(true);
            followed = follower.get(10, TimeUnit.SECONDS);
        } finally {
            // The database is the next test's.
            over.set(true);
            threads.shutdownNow();
            threads.awaitTermination(30, TimeUnit.SECONDS);
        }
        assertThat(followed.topics())
                .containsExactlyInAnyOrderElementsOf(
                        MetadataImage.EMPTY.apply(get(store.changesSince(0))).topics());
        assertThat(elections.get()).isPositive();
        assertThat(TestDatabase.ask(dataSource, deadlocks)).isEqualTo(before);
    }

    /** Looks at every image that it gets, as a node does. */
    private MetadataImage follow(AtomicBoolean over) throws Exception {
        LeadershipInvariants invariants = new LeadershipInvariants();
        MetadataImage image = MetadataImage.EMPTY;
        boolean last;
        do {
            last = over.get();
            image = image.apply(get(store.changesSince(image.version())));
            invariants.check(image);
            // Nobody loses data here.
            assertThat(image.topics())
                    .allSatisfy(topic -> assertThat(topic.partitions())
                            .noneMatch(p -> p.inSyncReplicas().isEmpty()));
        } while (!last);
        return image;
    }

    private final class Node {

        private final int id;
        private final PostgresMetadataStore store;
        private final Random random;
        private long epoch;
        private MetadataImage image = MetadataImage.EMPTY;

        Node(int id, PostgresMetadataStore store) {
            this.id = id;
            this.store = store;
            this.random = new Random(id);
        }

        void live() throws Exception {
            register();
            for (int i = 0; i < STEPS; i++) {
                if (renew() != LeaseRenewal.CONFIRMED) {
                    register();
                }
                image = image.apply(get(store.changesSince(image.version())));
                step();
            }
        }

        /** All nodes of this test share the few connections for leases, for which one waits a second at most. */
        private LeaseRenewal renew() throws Exception {
            while (true) {
                try {
                    return get(store.renewLease(id, epoch, TTL));
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof MetadataUnavailableException)) {
                        throw e;
                    }
                }
            }
        }

        private void register() throws Exception {
            epoch = ((Registered) get(store.register(new NodeRegistration(id, new UUID(id, id), null, Map.of(), TTL))))
                    .brokerEpoch();
            // Who has just registered deposes nobody.
            age("steady_since = steady_since - " + MICROS);
        }

        private void age(String what) throws SQLException {
            TestDatabase.run(
                    dataSource,
                    "UPDATE rowlock.node_lease SET " + what + " WHERE node_id = " + id + " AND broker_epoch = "
                            + epoch);
        }

        /** As if it had renewed its lease for the last time long ago. */
        private void fallSilent() throws Exception {
            age("lease_until = lease_until - " + MICROS + ", renewed_at = renewed_at - " + MICROS);
            for (int i = 0; i < SILENT_LOOKS; i++) {
                image = image.apply(get(store.changesSince(image.version())));
            }
            alter();
            if (renew() == LeaseRenewal.CONFIRMED) {
                age("steady_since = steady_since - " + MICROS);
            }
        }

        private void step() throws Exception {
            switch (random.nextInt(11)) {
                case 0 -> register();
                case 1 -> create();
                case 2 -> get(store.elect(ElectionType.PREFERRED, partitions()));
                case 3 -> {
                    get(store.handOver(id, epoch));
                    get(store.releaseLease(id, epoch));
                    register();
                }
                case 4 -> accuse();
                case 5, 6, 7 -> alter();
                case 8 -> fallSilent();
                default ->
                    elections.addAndGet(get(store.deposeLapsed(id, epoch)).size());
            }
        }

        private void accuse() throws Exception {
            NodeInfo other = image.node(1 + random.nextInt(NODES));
            if (other != null) {
                get(store.testifyRefused(id, epoch, other.id(), other.brokerEpoch()));
            }
        }

        private void create() throws Exception {
            List<Integer> replicas =
                    new ArrayList<>(image.nodes().stream().map(NodeInfo::id).toList());
            Collections.shuffle(replicas, random);
            List<Integer> chosen = replicas.subList(0, Math.min(3, replicas.size()));
            UUID topic = UUID.randomUUID();
            get(store.createTopics(
                    List.of(new NewTopic(topic, "t" + topic, false, List.of(chosen, chosen), Map.of()))));
        }

        private Set<PartitionId> partitions() {
            return image.topics().stream()
                    .flatMap(topic -> topic.partitions().stream().map(p -> new PartitionId(topic.id(), p.index())))
                    .collect(Collectors.toSet());
        }

        /** What it leads, as far as it knows: any replicas in sync, under the epochs that it knows. */
        private void alter() throws Exception {
            List<InSyncChange> changes = new ArrayList<>();
            for (TopicInfo topic : image.topics()) {
                for (PartitionInfo p : topic.partitions()) {
                    if (p.leader() == id) {
                        changes.add(new InSyncChange(
                                new PartitionId(topic.id(), p.index()),
                                p.leaderEpoch(),
                                p.partitionEpoch(),
                                members(p)));
                    }
                }
            }
            get(store.alterInSync(id, epoch, changes));
        }

        private List<Member> members(PartitionInfo p) {
            Set<Integer> members = new HashSet<>(Set.of(id));
            p.replicas().stream().filter(any -> random.nextBoolean()).forEach(members::add);
            return members.stream()
                    .map(member -> {
                        NodeInfo node = image.node(member);
                        return new Member(member, node == null ? 0 : node.brokerEpoch());
                    })
                    .toList();
        }
    }
}
