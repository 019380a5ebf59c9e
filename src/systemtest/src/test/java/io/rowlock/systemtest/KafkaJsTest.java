package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's most used client for Node.js: the scripts in {@code src/test/javascript/kafkajs}. Scenarios run together, since nearly all of their time is waiting. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Proves(client = "kafkajs", version = "2.2.4", what = "producer with its codecs, consumer, groups, administration")
class KafkaJsTest {
    /** As in the lock file. */
    static final String CLIENT = "kafkajs";

    static final String VERSION = "2.2.4";

    private final NpmClient client = NpmClient.install("kafkajs", CLIENT, VERSION);

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "twoMembersShareAndOneTakesOver",
                "commitsAreKeptAndResumedFrom",
                "anAdministratorSeesTheGroupAndDeletesIt",
                "anAdministratorMovesOffsets"
            })
    void groups(String scenario, ServerProcess server) {
        client.passes("groups.js", scenario, server);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "everyCodecKeysHeadersAndTimestampsArrive",
                "anIdempotentProducerWritesOnce",
                "topicsAreCreatedDescribedGrownAndDeleted",
                "settingsAreDescribedAndAltered",
                "offsetsAreFetchedAndRecordsDeleted",
                "reassignmentsOfOneNodeChangeNothing"
            })
    void producersAndAdministration(String scenario, ServerProcess server) {
        client.passes("clients.js", scenario, server);
    }
}
