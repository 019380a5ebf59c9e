package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.cluster.ConfigResource;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewTopic;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of settings, and what SQL may do to them. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresConfigsViewTest {

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore metadata;

    @Inject
    PostgresConfigsViewTest(AgroalDataSource dataSource, PostgresMetadataStore metadata) {
        this.dataSource = dataSource;
        this.metadata = metadata;
    }

    @BeforeEach
    void aTopicWithSettings() throws Exception {
        TestDatabase.empty(dataSource);
        get(metadata.createTopics(List.of(
                new NewTopic(new UUID(7, 7), "orders", false, List.of(List.of(4)), Map.of("retention.ms", "1")))));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void set(ConfigResource resource, Map<String, String> configs) throws Exception {
        get(metadata.alterConfigs(
                List.of(new ConfigChange(resource, (current, overrides) -> new Decision.Become(configs)))));
    }

    @Test
    void whatIsSetWhereIsARow() throws Exception {
        set(new ConfigResource.Node(3), Map.of("max.connections", "5"));
        set(new ConfigResource.AllNodes(), Map.of("log.retention.ms", "6"));
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT string_agg(concat_ws(' ', scope, coalesce(name, '-'), key, value), ', ' ORDER BY scope)"
                                + " FROM rowlock.v_configs"))
                .isEqualTo("all nodes - log.retention.ms 6, node 3 max.connections 5, topic orders retention.ms 1");
    }

    @Test
    void onlyWhatChangesIsWrittenAnew() throws Exception {
        String before = "SELECT changed_at FROM rowlock.v_configs WHERE key = 'retention.ms'";
        String written = TestDatabase.ask(dataSource, before);
        set(new ConfigResource.Topic("orders"), Map.of("retention.ms", "1", "segment.ms", "2"));
        assertThat(TestDatabase.ask(dataSource, before)).isEqualTo(written);
        set(new ConfigResource.Topic("orders"), Map.of("retention.ms", "3"));
        assertThat(TestDatabase.ask(dataSource, before)).isNotEqualTo(written);
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.v_configs"))
                .isEqualTo("1");
    }

    @Test
    void aRowOfNobodyIsLeftOut() throws Exception {
        TestDatabase.run(
                dataSource,
                "INSERT INTO rowlock.config VALUES ('broker', 'one', 'max.connections', '1')",
                "INSERT INTO rowlock.config VALUES ('broker', '99999999999', 'max.connections', '1')",
                "INSERT INTO rowlock.config VALUES ('broker', '2', 'max.connections', '1')");
        MetadataImage image = MetadataImage.EMPTY.apply(get(metadata.changesSince(0)));
        assertThat(image.brokerOverrides().byNode()).isEqualTo(Map.of(2, Map.of("max.connections", "1")));
    }
}
