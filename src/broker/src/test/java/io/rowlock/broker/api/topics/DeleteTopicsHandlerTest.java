package io.rowlock.broker.api.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.api.TestCluster.Store.Line;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.DeleteTopicsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.DeleteTopicsResponse;
import io.rowlock.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteTopicsHandlerTest {

    private static final UUID NO_ID = new UUID(0, 0);

    private final TestCluster cluster = new TestCluster();
    private LongFunction<CompletionStage<Void>> awaitServed = cluster.metadata::awaitVersion;
    private final TopicCreator creator =
            new TopicCreator(cluster.store, cluster.metadata::awaitVersion, cluster.time, () -> null);
    private final TopicDeleter deleter =
            new TopicDeleter(cluster.store, version -> awaitServed.apply(version), creator, cluster.time);
    private BrokerSettings settings = BrokerSettings.DEFAULTS;

    private DeleteTopicsHandler handler() {
        return new DeleteTopicsHandler(cluster::image, settings, deleter);
    }

    private static DeleteTopicState named(String name) {
        return new DeleteTopicState().setName(name);
    }

    private static DeleteTopicState withId(UUID id) {
        return new DeleteTopicState().setTopicId(id);
    }

    private static DeleteTopicsRequest request(DeleteTopicState... topics) {
        return new DeleteTopicsRequest().setTopics(List.of(topics)).setTimeoutMs(1000);
    }

    private List<DeletableTopicResult> delete(DeleteTopicState... topics) {
        return cluster.connection(6).answer(handler(), request(topics)).responses();
    }

    private static ErrorCode error(DeletableTopicResult result) {
        return ErrorCode.forCode(result.errorCode());
    }

    @Test
    void deletesByNameAndById() {
        UUID a = cluster.create("a", List.of(1)).id();
        UUID b = cluster.create("b", List.of(1)).id();
        cluster.create("c", List.of(1));
        assertThat(delete(named("a"), withId(b)))
                .extracting(DeletableTopicResult::name, DeletableTopicResult::topicId, r -> error(r))
                .containsExactlyInAnyOrder(tuple("a", a, ErrorCode.NONE), tuple("b", b, ErrorCode.NONE));
        assertThat(cluster.image().topics())
                .singleElement()
                .satisfies(topic -> assertThat(topic.name()).isEqualTo("c"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void deletesByNameInOldVersions(int version) {
        cluster.create("a", List.of(1));
        DeleteTopicsResponse response = cluster.connection(version)
                .answer(
                        handler(),
                        new DeleteTopicsRequest()
                                .setTopicNames(List.of("a", "b"))
                                .setTimeoutMs(1000));
        assertThat(response.responses())
                .extracting(DeletableTopicResult::name, r -> error(r))
                .containsExactlyInAnyOrder(
                        tuple("a", ErrorCode.NONE), tuple("b", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }

    @Test
    void refusesWhatItCannotMakeOut() {
        UUID a = cluster.create("a", List.of(1)).id();
        UUID b = cluster.create("b", List.of(1)).id();
        UUID nobody = new UUID(7, 7);
        assertThat(delete(
                        new DeleteTopicState(),
                        named("b").setTopicId(b),
                        named("twice"),
                        named("twice"),
                        withId(nobody),
                        withId(new UUID(8, 8)),
                        withId(new UUID(8, 8)),
                        named("missing"),
                        named("a"),
                        withId(a)))
                .extracting(
                        DeletableTopicResult::name,
                        DeletableTopicResult::topicId,
                        r -> error(r),
                        DeletableTopicResult::errorMessage)
                .containsExactlyInAnyOrder(
                        tuple(null, NO_ID, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified."),
                        tuple("b", b, ErrorCode.INVALID_REQUEST, "You may not specify both topic name and topic id."),
                        tuple("twice", NO_ID, ErrorCode.INVALID_REQUEST, "Duplicate topic name."),
                        tuple(null, nobody, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_ID.defaultMessage()),
                        tuple(null, new UUID(8, 8), ErrorCode.INVALID_REQUEST, "Duplicate topic id."),
                        tuple(
                                "missing",
                                NO_ID,
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage()),
                        tuple(
                                "a",
                                a,
                                ErrorCode.INVALID_REQUEST,
                                "The provided topic name maps to an ID that was already supplied."));
        assertThat(cluster.image().topics()).hasSize(2);
    }

    @Test
    void deletesNothingWhereThatIsDisabled() {
        cluster.create("a", List.of(1));
        settings = BrokerSettings.of(Map.of("delete.topic.enable", "false"));
        assertThat(delete(named("a"))).singleElement().satisfies(result -> {
            assertThat(error(result)).isEqualTo(ErrorCode.TOPIC_DELETION_DISABLED);
            assertThat(result.errorMessage()).isEqualTo("Topic deletion is disabled.");
        });
        DeleteTopicsRequest old = new DeleteTopicsRequest().setTopicNames(List.of("a"));
        assertThat(error(
                        cluster.connection(2).answer(handler(), old).responses().get(0)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error(
                        cluster.connection(3).answer(handler(), old).responses().get(0)))
                .isEqualTo(ErrorCode.TOPIC_DELETION_DISABLED);
        assertThat(cluster.image().topic("a")).isNotNull();
    }

    @Test
    void answersOnlyWhenTheTopicIsGoneHereOrTheTimeIsUp() {
        cluster.create("a", List.of(1));
        cluster.create("b", List.of(1));
        CompletableFuture<Void> gone = new CompletableFuture<>();
        awaitServed = version -> gone;
        List<DeleteTopicsResponse> first = cluster.connection(6).start(handler(), request(named("a")));
        assertThat(first).isEmpty();
        cluster.time.advance(Duration.ofMillis(500));
        List<DeleteTopicsResponse> second = cluster.connection(6).start(handler(), request(named("b")));
        cluster.time.advance(Duration.ofMillis(500));
        assertThat(error(first.get(0).responses().get(0))).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        gone.complete(null);
        assertThat(error(second.get(0).responses().get(0))).isEqualTo(ErrorCode.NONE);
        assertThat(first).hasSize(1);
    }

    @Test
    void tellsWhoTriesAgainAfterALostAnswerThatItIsDone() {
        UUID id = cluster.create("a", List.of(1)).id();
        cluster.store.line = Line.ANSWER_LOST;
        assertThat(error(delete(named("a")).get(0))).isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(cluster.image().topic("a")).isNull();
        cluster.store.line = Line.WHOLE;
        assertThat(delete(named("a"))).singleElement().satisfies(result -> {
            assertThat(error(result)).isEqualTo(ErrorCode.NONE);
            assertThat(result.topicId()).isEqualTo(id);
        });
        assertThat(error(delete(named("a")).get(0))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void deletesTheTopicOfThatNameThatThereIsNow() {
        cluster.create("a", List.of(1));
        cluster.store.line = Line.ANSWER_LOST;
        delete(named("a"));
        cluster.store.line = Line.WHOLE;
        UUID recreated = cluster.create("a", List.of(1)).id();
        assertThat(delete(named("a"))).singleElement().satisfies(result -> {
            assertThat(error(result)).isEqualTo(ErrorCode.NONE);
            assertThat(result.topicId()).isEqualTo(recreated);
        });
        assertThat(cluster.image().topics()).isEmpty();
    }

    @Test
    void aTopicCreatedAfterADeletionIsAnotherOne() {
        CreateTopicsHandler create = new CreateTopicsHandler(cluster::image, () -> settings, creator, cluster.random);
        CreateTopicsRequest wish = new CreateTopicsRequest()
                .setTopics(List.of(
                        new CreatableTopic().setName("a").setNumPartitions(1).setReplicationFactor((short) 1)));
        cluster.store.line = Line.ANSWER_LOST;
        cluster.connection(7).answer(create, wish);
        cluster.store.line = Line.WHOLE;
        UUID first = cluster.topic("a").id();
        delete(named("a"));
        assertThat(cluster.connection(7).answer(create, wish).topics().get(0).topicId())
                .isNotEqualTo(first)
                .isEqualTo(cluster.topic("a").id());
    }

    @Test
    void remembersABoundedNumberOfLostAnswers() {
        UnknownOutcomes<Integer> unknown = new UnknownOutcomes<>(cluster.time);
        for (int i = 0; i < UnknownOutcomes.ENTRIES_MAX; i++) {
            unknown.remember("t" + i, i);
            cluster.time.advance(Duration.ofNanos(1));
        }
        assertThat(unknown.find("t0")).isZero();
        unknown.remember("one more", -1);
        assertThat(unknown.find("t0")).isNull();
        assertThat(unknown.find("t1")).isEqualTo(1);
        assertThat(unknown.find("one more")).isEqualTo(-1);
        unknown.forget("t1");
        assertThat(unknown.find("t1")).isNull();
    }
}
