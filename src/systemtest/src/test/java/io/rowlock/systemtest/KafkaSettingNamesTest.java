package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every setting that Apache Kafka's own definitions have is served or refused by name with a reason, and changes at run time as
 * there. The definitions are those that make Kafka's documentation.
 */
@ExtendWith(SharedBroker.class)
class KafkaSettingNamesTest {

    /** One setting, up to the next one. */
    private static final Pattern SETTING =
            Pattern.compile("id=\"(?:topic|broker)configs_([a-z0-9.]+)\".*?</tbody>", Pattern.DOTALL);

    private static final Pattern UPDATE_MODE = Pattern.compile("<th>Update Mode:</th><td>([a-z-]+)</td>");

    KafkaSettingNamesTest() {
        assumeTrue(Target.current() == Target.ROWLOCK);
    }

    /** Kafka's settings by name, each with how it is updated, if that is said. */
    private static Map<String, String> settings(String definitions) {
        String html = KafkaTool.run(definitions).expectSuccess().out();
        Map<String, String> settings = new LinkedHashMap<>();
        Matcher each = SETTING.matcher(html);
        while (each.find()) {
            Matcher mode = UPDATE_MODE.matcher(each.group());
            settings.put(each.group(1), mode.find() ? mode.group(1) : "");
        }
        return settings;
    }

    /** What is said to one who wants to set it, by name: empty where that is allowed. */
    private static Map<String, String> refusals(Admin admin, ConfigResource resource, Iterable<String> names) {
        Map<String, KafkaFuture<Void>> answers = new LinkedHashMap<>();
        for (String name : names) {
            AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, "1"), OpType.SET);
            answers.put(
                    name,
                    admin.incrementalAlterConfigs(
                                    Map.of(resource, List.of(set)), new AlterConfigsOptions().validateOnly(true))
                            .all());
        }
        Map<String, String> refusals = new HashMap<>();
        answers.forEach((name, answer) -> {
            try {
                answer.get();
                refusals.put(name, "");
            } catch (ExecutionException e) {
                refusals.put(name, String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        });
        return refusals;
    }

    @Test
    void everyTopicSettingIsServedOrRefusedByName(ServerProcess server) {
        Map<String, String> names = settings("org.apache.kafka.storage.internals.log.LogConfig");
        assertThat(names).hasSizeGreaterThan(25);
        ConfigResource topic =
                new ConfigResource(ConfigResource.Type.TOPIC, Clients.topic(server, "all-settings", 1, Map.of()));
        try (Admin admin = Clients.admin(server)) {
            assertThat(refusals(admin, topic, names.keySet()))
                    .allSatisfy((name, text) -> assertThat(text).doesNotContain("Unknown topic config name"));
            assertThat(refusals(admin, topic, List.of("nobody.knows.this")).values())
                    .singleElement()
                    .asString()
                    .contains("Unknown topic config name");
        }
    }

    @Test
    void everyBrokerSettingIsServedOrRefusedByNameAndChangesAsInKafka(ServerProcess server) {
        Map<String, String> names = settings("kafka.server.KafkaConfig");
        assertThat(names).hasSizeGreaterThan(200);
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "1");
        try (Admin admin = Clients.admin(server)) {
            assertThat(refusals(admin, node, names.keySet()))
                    .allSatisfy((name, text) -> assertThat(text).doesNotContain("Unknown broker setting"));
            assertThat(refusals(admin, node, List.of("nobody.knows.this")).values())
                    .singleElement()
                    .asString()
                    .contains("Unknown broker setting");
            List<String> otherwise = new ArrayList<>();
            for (ConfigEntry entry : Clients.get(
                            admin.describeConfigs(List.of(node)).values().get(node))
                    .entries()) {
                String mode = names.get(entry.name());
                if (mode != null && entry.isReadOnly() != mode.equals("read-only")) {
                    otherwise.add(entry.name() + " is " + mode + " in Kafka");
                }
            }
            assertThat(otherwise).isEmpty();
        }
    }
}
