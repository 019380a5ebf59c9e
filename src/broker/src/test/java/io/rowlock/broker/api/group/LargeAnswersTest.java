package io.rowlock.broker.api.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rowlock.broker.api.TestContext;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.CoordinatorSettings;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.group.JoinAnswer;
import io.rowlock.broker.group.JoinCommand;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.LoneNode;
import io.rowlock.broker.group.MemberClaim;
import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.SyncCommand;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeGroupsRequest;
import io.rowlock.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.rowlock.protocol.message.OffsetFetchRequest;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import io.rowlock.testkit.SimOwner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What small requests can make of large groups. */
class LargeAnswersTest {

    private static final short LOADING = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code();
    private static final UUID TOPIC = new UUID(5, 5);
    private static final MemberClaim STRANGER = new MemberClaim("", null, -1);
    /** Four of these, and what comes with them, are more than an answer has room for. */
    private static final int LARGE = (int) (AnswerBudget.BYTES_MAX / 4);

    private final ManualTime time = new ManualTime();
    private final FixedRandom random = new FixedRandom();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, random);
    private final ClusterMetadata metadata = new ClusterMetadata(store, time, time, Duration.ofMillis(100));
    private final SimOwner owner = new SimOwner();
    private final GroupCoordinator coordinator = new GroupCoordinator(
            1,
            CoordinatorSettings.of(BrokerSettings.DEFAULTS),
            new InMemoryGroupStore(store, time),
            List.of(owner),
            time,
            time,
            random);

    LargeAnswersTest() {
        metadata.start();
        NodeRegistration node = new NodeRegistration(
                1,
                new UUID(1, 1),
                null,
                Map.of("client", new Endpoint("host", 9092, "PLAINTEXT")),
                Duration.ofMinutes(1));
        long epoch = ((Registered) join(store.register(node))).brokerEpoch();
        join(store.createTopics(List.of(new NewTopic(TOPIC, "orders", false, List.of(List.of(1)), Map.of()))));
        join(metadata.awaitVersion(join(store.changesSince(0)).version()));
        coordinator.start(new LoneNode(1, epoch));
        owner.runAll();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private void commit(String group, String text) {
        List<ErrorCode> answers = new ArrayList<>();
        OffsetCommit commit = new OffsetCommit(new OffsetKey(group, TOPIC, 0), 3, -1, text, null);
        coordinator.commit(group, STRANGER, List.of(commit), Runnable::run, answers::add);
        owner.runAll();
        assertThat(answers).containsExactly(ErrorCode.NONE);
    }

    /** A group of one member with a large assignment. */
    private void assign(String group) {
        List<JoinAnswer> joined = new ArrayList<>();
        JoinProtocol protocol = new JoinProtocol("range", Bytes.of(new byte[8]));
        JoinCommand command = new JoinCommand(
                "", null, "test", "/host", 300_000, 300_000, "connect", List.of(protocol), null, false, true);
        coordinator.onGroup(group, true, Runnable::run, (met, now) -> met.join(command, now, joined::add), error -> {});
        owner.runAll();
        time.advance(Duration.ofSeconds(10));
        owner.runAll();
        JoinAnswer member = joined.get(0);
        SyncCommand shares = new SyncCommand(
                new MemberClaim(member.memberId(), null, member.generation()),
                null,
                null,
                Map.of(member.memberId(), Bytes.of(new byte[LARGE])));
        coordinator.onGroup(
                group, false, Runnable::run, (met, now) -> met.sync(shares, now, answer -> {}), error -> {});
        owner.runAll();
    }

    private List<DescribedGroup> describe(List<String> groups) {
        var answers = new TestContext((short) 6, "client", time)
                .start(new DescribeGroupsHandler(coordinator), new DescribeGroupsRequest().setGroups(groups));
        owner.runAll();
        return answers.get(0).groups();
    }

    private List<OffsetFetchResponseGroup> fetch(List<OffsetFetchRequestGroup> groups) {
        var answers = new TestContext((short) 9, "client", time)
                .start(
                        new OffsetFetchHandler(coordinator, metadata::image),
                        new OffsetFetchRequest().setGroups(groups));
        owner.runAll();
        return answers.get(0).groups();
    }

    private static OffsetFetchRequestGroup all(String group) {
        return new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
    }

    @Test
    void aGroupIsDescribedOnceHoweverOftenItIsAskedFor() {
        commit("a", "");
        commit("b", "");
        assertThat(describe(List.of("a", "b", "a", "none", "a", "none")))
                .extracting(DescribedGroup::groupId)
                .containsExactly("a", "b", "none");
    }

    @Test
    void groupsThatAnAnswerHasNoRoomForAreToBeAskedForAgain() {
        List<String> groups = List.of("a", "b", "c", "d", "e");
        groups.forEach(this::assign);
        assertThat(describe(groups))
                .extracting(DescribedGroup::errorCode)
                .containsExactly((short) 0, (short) 0, (short) 0, (short) 0, LOADING);
        assertThat(describe(List.of("e", "d", "c", "b"))).allMatch(group -> group.errorCode() == 0);
        assertThat(describe(List.of("e")).get(0).members().get(0).memberAssignment())
                .hasSize(LARGE);
    }

    @Test
    void offsetsAreFetchedOnceHoweverOftenTheyAreAskedFor() {
        commit("a", "text");
        assertThat(fetch(Collections.nCopies(5, all("a")))).hasSize(1);
        OffsetFetchRequestTopics often =
                new OffsetFetchRequestTopics().setName("orders").setPartitionIndexes(List.of(0, 0, 1, 0, 1));
        List<OffsetFetchResponseGroup> found =
                fetch(List.of(new OffsetFetchRequestGroup().setGroupId("a").setTopics(List.of(often, often))));
        assertThat(found.get(0).topics())
                .extracting(OffsetFetchResponseTopics::name)
                .containsExactly("orders");
        assertThat(found.get(0).topics().get(0).partitions())
                .extracting(OffsetFetchResponsePartitions::partitionIndex, OffsetFetchResponsePartitions::metadata)
                .containsExactly(tuple(0, "text"), tuple(1, ""));
    }

    @Test
    void offsetsThatAnAnswerHasNoRoomForAreToBeAskedForAgain() {
        String text = "x".repeat(Short.MAX_VALUE);
        int each = text.length() + OffsetFetchHandler.OFFSET_BYTES;
        int room = (int) ((AnswerBudget.BYTES_MAX - 1) / each) + 1;
        List<String> groups =
                IntStream.range(0, room + 2).mapToObj(i -> "g" + i).toList();
        groups.forEach(group -> commit(group, text));
        List<OffsetFetchResponseGroup> found =
                fetch(groups.stream().map(LargeAnswersTest::all).toList());
        assertThat(found).filteredOn(group -> group.errorCode() == 0).hasSize(room);
        assertThat(found).filteredOn(group -> group.errorCode() == LOADING).hasSize(2);
    }
}
