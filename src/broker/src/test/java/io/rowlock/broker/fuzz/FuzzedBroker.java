package io.rowlock.broker.fuzz;

import io.rowlock.broker.BrokerInProcess;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.fuzz.Outcome.Defect;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.rowlock.protocol.message.DeleteGroupsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.ListGroupsRequest;
import io.rowlock.protocol.message.ListGroupsResponse;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.rowlock.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A whole broker on a simulated disk, with some topics, and what requests may need to know of it. */
final class FuzzedBroker implements AutoCloseable {
    static final String BYSTANDER_TOPIC = "bystander";

    private static final short METADATA_VERSION = 12;
    private static final short CREATE_VERSION = 7;

    private final LogWatch log = new LogWatch();
    private final BrokerInProcess broker;
    private final Map<ApiKey, short[]> versions = new ConcurrentHashMap<>();
    private final Map<String, UUID> topicIds = new ConcurrentHashMap<>();
    private final RawClient admin;
    private int requests;

    FuzzedBroker(long seed) throws IOException {
        InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());
        broker = new BrokerInProcess(
                new SimDisk(seed),
                Path.of("/fuzz/data"),
                store,
                new InMemoryGroupStore(store, new SystemClock()),
                Durability.ASYNC,
                Map.of("group.initial.rebalance.delay.ms", "0", "auto.create.topics.enable", "true"),
                new BrokerInProcess.Bounds(Integer.MAX_VALUE, 1 << 20));
        admin = new RawClient(broker.port());
        ApiVersionsResponse answer = (ApiVersionsResponse) ask(ApiKey.API_VERSIONS, 0, new ApiVersionsRequest());
        answer.apiKeys().forEach(each -> {
            ApiKey key = ApiKey.forId(each.apiKey());
            if (key != null) {
                versions.put(key, new short[] {each.minVersion(), each.maxVersion()});
            }
        });
        tidy();
    }

    /** Takes away what requests have made, so that it does not add up, and brings back what they took away. */
    synchronized void tidy() throws IOException {
        List<DeleteTopicState> strange = new ArrayList<>();
        for (MetadataResponseTopic topic : topics()) {
            String name = topic.name();
            if (name != null && !Words.TOPICS.contains(name) && !name.equals(BYSTANDER_TOPIC)) {
                strange.add(new DeleteTopicState().setName(null).setTopicId(topic.topicId()));
            }
        }
        if (!strange.isEmpty()) {
            ask(
                    ApiKey.DELETE_TOPICS,
                    6,
                    new DeleteTopicsRequest().setTopics(strange).setTimeoutMs(10_000));
        }
        ask(
                ApiKey.CREATE_TOPICS,
                CREATE_VERSION,
                new CreateTopicsRequest()
                        .setTimeoutMs(10_000)
                        .setTopics(List.of(
                                topic(Words.TOPICS.get(0), 1, Map.of()),
                                topic(Words.TOPICS.get(1), 1, Map.of("cleanup.policy", "compact")),
                                topic(Words.TOPICS.get(2), 3, Map.of()),
                                topic(BYSTANDER_TOPIC, 1, Map.of()))));
        topics().forEach(topic -> topicIds.put(String.valueOf(topic.name()), topic.topicId()));
        ListGroupsResponse groups = (ListGroupsResponse) ask(ApiKey.LIST_GROUPS, 4, new ListGroupsRequest());
        ask(
                ApiKey.DELETE_GROUPS,
                2,
                new DeleteGroupsRequest()
                        .setGroupsNames(groups.groups().stream()
                                .map(ListGroupsResponse.ListedGroup::groupId)
                                .toList()));
    }

    private static CreatableTopic topic(String name, int partitions, Map<String, String> configs) {
        return new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1)
                .setConfigs(configs.entrySet().stream()
                        .map(each -> new CreatableTopicConfig()
                                .setName(each.getKey())
                                .setValue(each.getValue()))
                        .toList());
    }

    private List<MetadataResponseTopic> topics() throws IOException {
        MetadataResponse all =
                (MetadataResponse) ask(ApiKey.METADATA, METADATA_VERSION, new MetadataRequest().setTopics(null));
        return all.topics();
    }

    private synchronized ApiMessage ask(ApiKey api, int version, ApiMessage body) throws IOException {
        admin.send(api, version, ++requests, body);
        return admin.receive(api, version, requests);
    }

    /** What is served: the lowest and the highest version. */
    Map<ApiKey, short[]> versions() {
        return versions;
    }

    /** In which version a request of {@code version} is answered: ApiVersions also where it is not served (KIP-511). */
    short answerVersion(ApiKey api, short version) {
        short[] served = versions.get(api);
        if (served == null || version < served[0] || version > served[1]) {
            if (api != ApiKey.API_VERSIONS) {
                throw new Defect(api + " version " + version + " is not served, and was answered");
            }
            return 0;
        }
        return version;
    }

    UUID topicId(int place) {
        String name = place < Words.TOPICS.size() ? Words.TOPICS.get(place) : "";
        return topicIds.getOrDefault(name, Words.placeholder(place));
    }

    int port() {
        return broker.port();
    }

    LogWatch log() {
        return log;
    }

    /** The first rule that was broken where nobody could see it from outside. */
    void requireSound() {
        if (!broker.uncaught().isEmpty()) {
            throw new Defect("a thread of the broker failed", broker.uncaught().get(0));
        }
        if (!log.defects().isEmpty()) {
            throw log.defects().get(0);
        }
    }

    long requestBytes() {
        return broker.requestBytes();
    }

    @Override
    public void close() throws IOException {
        try {
            admin.close();
            broker.close();
        } finally {
            log.close();
        }
    }
}
