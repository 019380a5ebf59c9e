package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Topics by the names that Apache Kafka keeps for itself. Rowlock keeps nothing in them, and makes none by itself; where
 * somebody does, clients are told what Apache Kafka tells them.
 */
@ExtendWith(SharedBroker.class)
class InternalTopicsTest {
    private final ServerProcess server;
    private final Admin admin;

    InternalTopicsTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state"})
    void areShownOnRequestAndNotWrittenTo(String topic) {
        try {
            Clients.done(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                    .all());
        } catch (AssertionError e) {
            assertThat(e.getCause()).isInstanceOf(TopicExistsException.class);
        }
        try {
            Clients.until(
                    "it is shown",
                    () -> Clients.get(admin.listTopics(new ListTopicsOptions().listInternal(true))
                                    .names())
                            .contains(topic));
            assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic);
            assertThat(Clients.get(admin.describeTopics(List.of(topic))
                                    .topicNameValues()
                                    .get(topic))
                            .isInternal())
                    .isTrue();
            try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
                assertThat(Clients.failure(producer.send(new ProducerRecord<>(topic, 0, null, new byte[1]))))
                        .isInstanceOf(InvalidTopicException.class);
            }
        } finally {
            if (Target.current() == Target.ROWLOCK) {
                Clients.done(admin.deleteTopics(List.of(topic)).all());
            }
        }
    }

    @Test
    void theControllersLogIsNoTopic() {
        assertThat(Clients.failure(admin.createTopics(List.of(new NewTopic("__cluster_metadata", 1, (short) 1)))
                        .all()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Creation of internal topic __cluster_metadata is prohibited.");
    }
}
