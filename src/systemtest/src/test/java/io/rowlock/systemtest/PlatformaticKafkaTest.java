package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client for Node.js that speaks the newer versions of the protocol: the script {@code src/test/javascript/platformatic-kafka/clients.js}. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Proves(
        client = "@platformatic/kafka",
        version = "1.35.0",
        what = "producer, consumer, groups, administration, in the newest versions of the protocol")
class PlatformaticKafkaTest {
    /** As in the lock file. */
    static final String CLIENT = "@platformatic/kafka";

    /** The last that Node.js 20 runs. */
    static final String VERSION = "1.35.0";

    private final NpmClient client = NpmClient.install("platformatic-kafka", CLIENT, VERSION);

    /** Together, because nearly all of their time is waiting. */
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "everyCodecKeysHeadersAndTimestampsArrive",
                "anIdempotentProducerWritesOnce",
                "twoMembersShareAndOneTakesOver",
                "commitsAreKeptAndResumedFrom",
                "anAdministratorSeesTheGroupAndDeletesIt",
                "anAdministratorRemovesAMember",
                "recordsAreDeletedAndOffsetsListed",
                "topicsAreCreatedGrownAndDeleted",
                "settingsAreDescribedAndAltered",
                "logDirectoriesAreDescribed"
            })
    void passes(String scenario, ServerProcess server) {
        client.passes("clients.js", scenario, server);
    }
}
