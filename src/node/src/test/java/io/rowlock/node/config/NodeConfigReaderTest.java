package io.rowlock.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.partition.Durability;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigReaderTest {

    private final Map<String, String> file = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private NodeConfigReader.Result read() {
        return NodeConfigReader.read(NodeConfigReader.withMappings(new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(
                        new PropertiesConfigSource(file, "file:/etc/rowlock.properties", 100),
                        new EnvConfigSource(environment, 300))));
    }

    private NodeSettings read(String key, String value) {
        file.put(key, value);
        return read().settings();
    }

    private ListenerSettings client() {
        return read().settings().listeners().get(0);
    }

    @Test
    void theDefaultsServeClientsOfThisMachine() {
        NodeSettings settings = read().settings();
        assertThat(settings.nodeId()).isEqualTo(1);
        assertThat(settings.dataDir()).isEqualTo(Path.of("data"));
        assertThat(settings.rack()).isNull();
        assertThat(settings.leaseTtl()).isEqualTo(Duration.ofSeconds(6));
        assertThat(settings.durability()).isEqualTo(Durability.FSYNC);
        assertThat(settings.diskReserveBytes()).isEqualTo(1L << 30);
        assertThat(settings.databaseUrl()).isNull();
        assertThat(settings.broker().numPartitions()).isEqualTo(1);
        assertThat(settings.listeners())
                .containsExactly(
                        new ListenerSettings("client", "127.0.0.1", 9092, new Endpoint("127.0.0.1", 9092, "PLAINTEXT")),
                        new ListenerSettings("peer", "127.0.0.1", 9093, new Endpoint("127.0.0.1", 9093, "PLAINTEXT")));
        assertThat(read().warnings()).isEmpty();
    }

    @Test
    void everySettingIsRead() {
        file.putAll(Map.of(
                "rowlock.node-id", "7",
                "rowlock.data-dir", "/var/lib/rowlock",
                "rowlock.rack", "east",
                "rowlock.lease.ttl", "2500ms",
                "rowlock.log.durability", "replicated",
                "rowlock.log.open-files", "16",
                "rowlock.broker.num.partitions", "12",
                "quarkus.datasource.jdbc.url", "jdbc:postgresql://db/rowlock"));
        NodeSettings settings = read().settings();
        assertThat(settings.nodeId()).isEqualTo(7);
        assertThat(settings.dataDir()).isEqualTo(Path.of("/var/lib/rowlock"));
        assertThat(settings.rack()).isEqualTo("east");
        assertThat(settings.leaseTtl()).isEqualTo(Duration.ofMillis(2500));
        assertThat(settings.durability()).isEqualTo(Durability.REPLICATED);
        assertThat(settings.openFiles()).isEqualTo(16);
        assertThat(settings.broker().numPartitions()).isEqualTo(12);
        assertThat(settings.databaseUrl()).isEqualTo("jdbc:postgresql://db/rowlock");
    }

    @Test
    void everySettingIsReadFromTheEnvironmentToo() {
        environment.putAll(Map.of(
                "ROWLOCK_NODE_ID", "7",
                "ROWLOCK_LISTENERS_CLIENT_PORT", "19092",
                "ROWLOCK_LISTENERS_CLIENT_ADVERTISED_HOST", "kafka.example",
                "ROWLOCK_BROKER_NUM_PARTITIONS", "12"));
        NodeSettings settings = read().settings();
        assertThat(settings.nodeId()).isEqualTo(7);
        assertThat(settings.broker().numPartitions()).isEqualTo(12);
        assertThat(client().advertised()).isEqualTo(new Endpoint("kafka.example", 19092, "PLAINTEXT"));
        assertThat(read().warnings()).isEmpty();
    }

    @Test
    void anUnknownVariableIsAWarning() {
        environment.put("ROWLOCK_PORT", "tcp://10.0.0.1:9092");
        environment.put("ROWLOCK_SERVICE_HOST", "10.0.0.1");
        environment.put("OTHER_ROWLOCK_PORT", "1");
        assertThat(read().warnings())
                .hasSize(2)
                .allSatisfy(warning -> assertThat(warning).contains("means nothing to Rowlock"));
    }

    @ParameterizedTest
    @CsvSource({
        "rowlock.nodeid, rowlock.node-id",
        "rowlock.lease.tll, rowlock.lease.ttl",
        "rowlock.listener.client.port, rowlock.listeners.client.port",
        "rowlock.listeners.external.prot, rowlock.listeners.external.port",
        "rowlock.broker.num.partition, num.partitions",
        "%prod.rowlock.datadir, rowlock.data-dir",
    })
    void anUnknownKeyIsRefusedWithTheNearestKnownOne(String wrong, String right) {
        assertThatThrownBy(() -> read(wrong, "1"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("did you mean " + right + "?")
                .hasMessageContaining("found in /etc/rowlock.properties");
    }

    @Test
    void aKafkaSettingThatMeansNothingHereSaysWhy() {
        assertThatThrownBy(() -> read("rowlock.broker.zookeeper.connect", "localhost:2181"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("means nothing here");
    }

    @Test
    void otherPeoplesKeysAreLeftAlone() {
        assertThat(read("rowlocks.own", "1").nodeId()).isEqualTo(1);
        assertThat(read("quarkus.http.port", "1").nodeId()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "1.5", "2147483648", "one"})
    void aWrongNodeIdSaysWhatToWrite(String value) {
        assertThatThrownBy(() -> read("rowlock.node-id", value))
                .hasMessage("rowlock.node-id is '" + value + "': write a whole number from 0 to 2147483647.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2147483647"})
    void theBoundsOfANodeIdAreTaken(String value) {
        assertThat(read("rowlock.node-id", value).nodeId()).isEqualTo(Integer.parseInt(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1999ms", "301s", "6", "PT6S", "-6s", "6 s", "9999999999s"})
    void aWrongTtlSaysWhatToWrite(String value) {
        assertThatThrownBy(() -> read("rowlock.lease.ttl", value))
                .hasMessageContaining("write a time such as 6s or 1500ms, from 2s to 300s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2s", "2000ms", "300s", "5m"})
    void theBoundsOfATtlAreTaken(String value) {
        assertThat(read("rowlock.lease.ttl", value).leaseTtl()).isIn(Duration.ofSeconds(2), Duration.ofMinutes(5));
    }

    @Test
    void aWrongDurabilitySaysWhatToWrite() {
        assertThatThrownBy(() -> read("rowlock.log.durability", "sometimes"))
                .hasMessage("rowlock.log.durability is 'sometimes': write one of fsync, replicated, async.");
    }

    @Test
    void openFilesFollowTheLimitOfTheProcess() {
        assertThat(NodeSettings.openFilesWithin(0)).isEqualTo(16);
        assertThat(NodeSettings.openFilesWithin(1_024)).isEqualTo(512);
        assertThat(NodeSettings.openFilesWithin(20_001)).isEqualTo(10_000);
        assertThat(NodeSettings.openFilesWithin(Long.MAX_VALUE)).isEqualTo(10_000);
        assertThatThrownBy(() -> read("rowlock.log.open-files", "15"))
                .hasMessageContaining("write a whole number from 16 to");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "http"})
    void aWrongPortSaysWhatToWrite(String value) {
        assertThatThrownBy(() -> read("rowlock.listeners.client.port", value))
                .hasMessageContaining("rowlock.listeners.client.port is '" + value + "'")
                .hasMessageContaining("from 1 to 65535");
    }

    @Test
    void aListenerOfOnesOwnNeedsAPort() {
        assertThatThrownBy(() -> read("rowlock.listeners.external.host", "0.0.0.0"))
                .hasMessageContaining("rowlock.listeners.external.port");
        assertThat(read("rowlock.listeners.external.port", "9094").listeners())
                .extracting(ListenerSettings::name)
                .isEqualTo(List.of("client", "external", "peer"));
    }

    @Test
    void everyAddressIsAdvertisedByTheMachinesName() {
        file.put("rowlock.listeners.client.host", "0.0.0.0");
        assertThat(client().host()).isEqualTo("0.0.0.0");
        assertThat(client().advertised().host()).isNotEqualTo("0.0.0.0").isNotBlank();
        file.put("rowlock.listeners.client.advertised-host", "0.0.0.0");
        assertThatThrownBy(this::client).hasMessageContaining("advertised-host");
        file.put("rowlock.listeners.client.advertised-host", "kafka.example");
        file.put("rowlock.listeners.client.advertised-port", "30092");
        assertThat(client().advertised()).isEqualTo(new Endpoint("kafka.example", 30092, "PLAINTEXT"));
    }

    @Test
    void twoListenersCannotShareAPort() {
        assertThatThrownBy(() -> read("rowlock.listeners.peer.port", "9092"))
                .hasMessage("Listeners client and peer both have port 9092: write different ports.");
    }

    @Test
    void aProtocolThatIsNotServedIsRefused() {
        assertThatThrownBy(() -> read("rowlock.listeners.client.protocol", "SASL_SSL"))
                .hasMessageContaining("write PLAINTEXT");
    }

    @Test
    void anotherDatabaseIsRefused() {
        assertThatThrownBy(() -> read("quarkus.datasource.jdbc.url", "jdbc:mysql://db/rowlock"))
                .hasMessageContaining("jdbc:postgresql://");
    }

    @Test
    void aWrongBrokerSettingSaysWhatToWrite() {
        assertThatThrownBy(() -> read("rowlock.broker.num.partitions", "0"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("rowlock.broker.num.partitions");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "4096, 4096", "2k, 2048", "3M, 3145728", "1G, 1073741824", "8388607T, 9223370937343148032"})
    void theDisksReserveHasAUnit(String text, long bytes) {
        assertThat(read("rowlock.log.disk-reserve", text).diskReserveBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5G", "10%", "1 GiB", "8388608T", "1234567890123"})
    void whatIsNoNumberOfBytesIsRefused(String text) {
        assertThatThrownBy(() -> read("rowlock.log.disk-reserve", text))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(
                        "rowlock.log.disk-reserve is '" + text + "': write a number of bytes such as 1G, 512M or 0.");
    }
}
