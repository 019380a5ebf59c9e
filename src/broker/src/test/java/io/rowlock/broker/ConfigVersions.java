package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterConfigsRequest;
import io.rowlock.protocol.message.AlterConfigsResponse;
import io.rowlock.protocol.message.DescribeConfigsRequest;
import io.rowlock.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.rowlock.protocol.message.DescribeConfigsResponse;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse;
import io.rowlock.protocol.message.ListConfigResourcesRequest;
import io.rowlock.protocol.message.ListConfigResourcesResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Settings that change, in every version of the APIs that change them. */
final class ConfigVersions {

    /** How a request is asked and answered. */
    interface Client {
        ApiMessage ask(ApiKey api, int version, ApiMessage request) throws IOException;
    }

    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte CLIENT_METRICS = 16;
    private static final String UNKNOWN = "nobody-made-this";

    private final Client client;
    private final String topic;

    ConfigVersions(Client client, String topic) {
        this.client = client;
        this.topic = topic;
    }

    /** What the topic sets itself. */
    private Map<String, String> own() throws IOException {
        DescribeConfigsResponse response = (DescribeConfigsResponse) client.ask(
                ApiKey.DESCRIBE_CONFIGS,
                4,
                new DescribeConfigsRequest()
                        .setResources(List.of(new DescribeConfigsResource()
                                .setResourceType(TOPIC)
                                .setResourceName(topic)
                                .setConfigurationKeys(null))));
        Map<String, String> own = new TreeMap<>();
        response.results().get(0).configs().stream()
                .filter(config -> config.configSource() == 1)
                .forEach(config -> own.put(config.name(), String.valueOf(config.value())));
        return own;
    }

    private static AlterConfigsRequest.AlterConfigsResource all(byte type, String name, Map<String, String> configs) {
        return new AlterConfigsRequest.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name)
                .setConfigs(configs.entrySet().stream()
                        .map(entry -> new AlterConfigsRequest.AlterableConfig()
                                .setName(entry.getKey())
                                .setValue(entry.getValue()))
                        .toList());
    }

    private List<ErrorCode> alter(
            int version, boolean validateOnly, AlterConfigsRequest.AlterConfigsResource... resources)
            throws IOException {
        AlterConfigsResponse response = (AlterConfigsResponse) client.ask(
                ApiKey.ALTER_CONFIGS,
                version,
                new AlterConfigsRequest().setResources(List.of(resources)).setValidateOnly(validateOnly));
        for (int i = 0; i < resources.length; i++) {
            assertThat(response.responses().get(i).resourceName()).isEqualTo(resources[i].resourceName());
            assertThat(response.responses().get(i).resourceType()).isEqualTo(resources[i].resourceType());
        }
        return response.responses().stream()
                .map(each -> ErrorCode.forCode(each.errorCode()))
                .toList();
    }

    /** AlterConfigs. */
    void replaces(int version) throws IOException {
        assertThat(alter(version, false, all(TOPIC, topic, Map.of("retention.ms", "1000", "segment.ms", "2000"))))
                .containsExactly(ErrorCode.NONE);
        assertThat(own()).isEqualTo(Map.of("retention.ms", "1000", "segment.ms", "2000"));
        assertThat(alter(version, true, all(TOPIC, topic, Map.of()))).containsExactly(ErrorCode.NONE);
        assertThat(own()).hasSize(2);
        assertThat(alter(
                        version,
                        false,
                        all(TOPIC, topic, Map.of("segment.ms", "3000")),
                        all(TOPIC, UNKNOWN, Map.of("segment.ms", "3000")),
                        all(BROKER, "1", Map.of("num.partitions", "3")),
                        all(BROKER, "", Map.of("log.retention.ms", "many"))))
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.INVALID_REQUEST);
        assertThat(own()).isEqualTo(Map.of("segment.ms", "3000"));
        alter(version, false, all(TOPIC, topic, Map.of()));
        assertThat(own()).isEmpty();
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource one(
            byte type, String name, int operation, String key, String value) {
        return new IncrementalAlterConfigsRequest.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name)
                .setConfigs(List.of(new IncrementalAlterConfigsRequest.AlterableConfig()
                        .setName(key)
                        .setConfigOperation((byte) operation)
                        .setValue(value)));
    }

    private List<ErrorCode> change(
            int version, boolean validateOnly, IncrementalAlterConfigsRequest.AlterConfigsResource... resources)
            throws IOException {
        IncrementalAlterConfigsResponse response = (IncrementalAlterConfigsResponse) client.ask(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                version,
                new IncrementalAlterConfigsRequest()
                        .setResources(List.of(resources))
                        .setValidateOnly(validateOnly));
        return response.responses().stream()
                .map(each -> ErrorCode.forCode(each.errorCode()))
                .toList();
    }

    /** IncrementalAlterConfigs. */
    void changes(int version) throws IOException {
        assertThat(change(version, false, one(TOPIC, topic, 0, "retention.ms", "1000")))
                .containsExactly(ErrorCode.NONE);
        assertThat(change(version, false, one(TOPIC, topic, 2, "cleanup.policy", "compact")))
                .containsExactly(ErrorCode.NONE);
        assertThat(own()).isEqualTo(Map.of("retention.ms", "1000", "cleanup.policy", "delete,compact"));
        assertThat(change(version, true, one(TOPIC, topic, 1, "retention.ms", "")))
                .containsExactly(ErrorCode.NONE);
        assertThat(own()).hasSize(2);
        assertThat(change(version, false, one(TOPIC, topic, 3, "cleanup.policy", "delete")))
                .containsExactly(ErrorCode.NONE);
        assertThat(own()).containsEntry("cleanup.policy", "compact");
        assertThat(change(
                        version,
                        false,
                        one(TOPIC, UNKNOWN, 0, "retention.ms", "1"),
                        one(BROKER, "1", 0, "num.partitions", "3"),
                        one(CLIENT_METRICS, "m", 0, "interval.ms", "3")))
                .containsExactly(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST);
        change(version, false, one(TOPIC, topic, 1, "cleanup.policy", ""));
        change(version, false, one(TOPIC, topic, 1, "retention.ms", ""));
        assertThat(own()).isEmpty();
    }

    /** ListConfigResources. */
    void lists(int version) throws IOException {
        ListConfigResourcesResponse response = (ListConfigResourcesResponse)
                client.ask(ApiKey.LIST_CONFIG_RESOURCES, version, new ListConfigResourcesRequest());
        assertThat(response.errorCode()).isZero();
        if (version == 0) {
            assertThat(response.configResources()).isEmpty();
            return;
        }
        assertThat(response.configResources())
                .extracting(resource -> resource.resourceType() + " " + resource.resourceName())
                .contains("2 " + topic, "4 1", "8 1")
                .noneMatch(resource -> resource.startsWith("16 ") || resource.startsWith("32 "));
        ListConfigResourcesResponse brokers = (ListConfigResourcesResponse) client.ask(
                ApiKey.LIST_CONFIG_RESOURCES,
                version,
                new ListConfigResourcesRequest().setResourceTypes(List.of(BROKER)));
        assertThat(brokers.configResources()).hasSize(1);
        ListConfigResourcesResponse unknown = (ListConfigResourcesResponse) client.ask(
                ApiKey.LIST_CONFIG_RESOURCES,
                version,
                new ListConfigResourcesRequest().setResourceTypes(List.of(BROKER, (byte) 3)));
        assertThat(unknown.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
    }
}
