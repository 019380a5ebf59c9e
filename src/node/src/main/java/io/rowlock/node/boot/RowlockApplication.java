package io.rowlock.node.boot;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.node.group.PostgresGroupStore;
import io.rowlock.node.metadata.PostgresMetadataStore;
import io.rowlock.ports.Clock;
import io.rowlock.ports.SystemScheduler;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;

/** The steps that need Quarkus, and the wait for the end. */
@Singleton
public class RowlockApplication implements QuarkusApplication {

    private static final System.Logger LOG = System.getLogger(RowlockApplication.class.getName());
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private final Launch launch = Rowlock.launched();
    private final Clock clock = launch.environment().clock();
    private final AgroalDataSource dataSource;
    private final AgroalDataSource leaseSource;
    private final AgroalDataSource coordinatorSource;
    private final Flyway flyway;
    private final PostgresMetadataStore store;
    private final PostgresGroupStore groupStore;
    private final Vertx vertx;
    private final Engine engine;
    private final NodeStatus status;

    RowlockApplication(
            AgroalDataSource dataSource,
            @DataSource("lease") AgroalDataSource leaseSource,
            @DataSource("coordinator") AgroalDataSource coordinatorSource,
            Flyway flyway,
            PostgresMetadataStore store,
            PostgresGroupStore groupStore,
            Vertx vertx,
            Engine engine,
            NodeStatus status) {
        this.dataSource = dataSource;
        this.leaseSource = leaseSource;
        this.coordinatorSource = coordinatorSource;
        this.flyway = flyway;
        this.store = store;
        this.groupStore = groupStore;
        this.vertx = vertx;
        this.engine = engine;
        this.status = status;
    }

    @Override
    public int run(String... args) throws Exception {
        launch.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
        for (Step step : steps()) {
            if (!launch.steps().start(step)) {
                return ExitCode.OK.code();
            }
        }
        Quarkus.waitForExit();
        return ApplicationLifecycleManager.getExitCode();
    }

    /** SIGTERM comes here on a thread of its own, possibly in the middle of the start. */
    void stop(@Observes ShutdownEvent event) {
        launch.steps().stop();
    }

    private List<Step> steps() {
        NodeSettings settings = launch.settings();
        SystemScheduler scheduler = new SystemScheduler(
                "rowlock-scheduler", thrown -> LOG.log(System.Logger.Level.ERROR, "A scheduled task failed", thrown));
        MembershipStep membership = new MembershipStep(
                store,
                clock,
                scheduler,
                settings,
                launch.directory().directory(),
                new MembershipWatch(settings.nodeId()));
        ClusterMetadata metadata = new ClusterMetadata(store, clock, scheduler, POLL_INTERVAL);
        List<Step> steps = new ArrayList<>();
        steps.add(new DatabaseStep(
                clock,
                scheduler,
                launch.embedded(),
                databaseUrl(),
                dataSource,
                List.of(leaseSource, coordinatorSource),
                flyway));
        steps.add(membership);
        steps.add(new MetadataStep(
                metadata, () -> membership.membership().registered().version()));
        steps.add(new EngineStep(
                engine,
                () -> new Engine.Context(
                        settings,
                        launch.environment(),
                        scheduler,
                        vertx,
                        launch.directory().directory(),
                        membership.membership(),
                        store,
                        store,
                        groupStore,
                        metadata)));
        steps.add(new ReadyStep(membership.membership()));
        return steps;
    }

    private String databaseUrl() {
        String url = launch.settings().databaseUrl();
        return url == null ? System.getProperty("quarkus.datasource.jdbc.url", "") : url;
    }

    /** Says so, in the log and to the health checks. */
    private final class ReadyStep implements Step {

        private final Membership membership;

        ReadyStep(Membership membership) {
            this.membership = membership;
        }

        @Override
        public String name() {
            return "ready";
        }

        @Override
        public void start() {
            status.joined(membership);
            status.ready(true);
            String addresses = launch.settings().listeners(false).stream()
                    .map(listener -> listener.host() + ":" + listener.port())
                    .collect(Collectors.joining(", "));
            LOG.log(
                    System.Logger.Level.INFO,
                    "Rowlock node " + launch.settings().nodeId() + " serves Kafka clients on "
                            + addresses + " (cluster " + membership.registered().clusterId() + ", ready after "
                            + (clock.wallMillis() - launch.begunAtMillis()) + " ms)");
        }

        @Override
        public void stop() {
            status.ready(false);
        }
    }
}
