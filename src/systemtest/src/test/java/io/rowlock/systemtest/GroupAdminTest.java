package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DeleteConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.DeleteConsumerGroupsResult;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Groups through the administration client: one that is at work, and one that only has committed offsets. */
@ExtendWith(SharedBroker.class)
class GroupAdminTest {
    private final ServerProcess server;
    private final Admin admin;
    private final String active = Clients.uniqueName("active");
    private final String idle = Clients.uniqueName("idle");
    private final String topic;
    private final TopicPartition first;
    private final TopicPartition second;
    private final GroupMember member;

    GroupAdminTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
        this.topic = Clients.topic(server, "administered", 2, Map.of());
        this.first = new TopicPartition(topic, 0);
        this.second = new TopicPartition(topic, 1);
        Map<String, Object> config = Map.of("client.id", "somebody", "group.instance.id", "instance");
        this.member = GroupMember.join(server, active, List.of(topic), config, (consumer, records) -> {});
    }

    @BeforeEach
    void awaitBoth() {
        alter(idle, Map.of(first, new OffsetAndMetadata(1), second, new OffsetAndMetadata(2, "with metadata")));
        Clients.until("the member has its partitions", () -> member.held().size() == 2);
    }

    @AfterEach
    void close() {
        member.leave();
        admin.close();
    }

    private void alter(String group, Map<TopicPartition, OffsetAndMetadata> offsets) {
        Clients.done(admin.alterConsumerGroupOffsets(group, offsets).all());
    }

    @Test
    void groupsAreListedByStateTypeAndProtocol() {
        assertThat(listed(new ListGroupsOptions())).containsExactlyInAnyOrder(active, idle);
        assertThat(listed(new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE))))
                .containsExactly(active);
        assertThat(listed(new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY, GroupState.DEAD))))
                .containsExactly(idle);
        assertThat(listed(new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC))))
                .containsExactlyInAnyOrder(active, idle);
        assertThat(listed(new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER, GroupType.SHARE))))
                .isEmpty();
        assertThat(listed(new ListGroupsOptions().withProtocolTypes(Set.of("consumer"))))
                .containsExactly(active);
        assertThat(listed(ListGroupsOptions.forConsumerGroups())).containsExactlyInAnyOrder(active, idle);

        Map<String, GroupListing> listings = Clients.get(admin.listGroups().all()).stream()
                .collect(Collectors.toMap(GroupListing::groupId, Function.identity()));
        assertThat(of(listings, active).groupState()).contains(GroupState.STABLE);
        assertThat(of(listings, active).type()).contains(GroupType.CLASSIC);
        assertThat(of(listings, active).protocol()).isEqualTo("consumer");
        assertThat(of(listings, idle).groupState()).contains(GroupState.EMPTY);
        assertThat(of(listings, idle).isSimpleConsumerGroup()).isTrue();
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), "an entry of " + key);
    }

    /** Only this test's own, of all on the shared broker. */
    private List<String> listed(ListGroupsOptions options) {
        return Clients.get(admin.listGroups(options).all()).stream()
                .map(GroupListing::groupId)
                .filter(Set.of(active, idle)::contains)
                .toList();
    }

    @Test
    void aGroupIsDescribedWithItsMembers() {
        Map<String, ConsumerGroupDescription> described = Clients.get(admin.describeConsumerGroups(
                        List.of(active, idle), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                .all());

        ConsumerGroupDescription working = of(described, active);
        assertThat(working.groupState()).isEqualTo(GroupState.STABLE);
        assertThat(working.type()).isEqualTo(GroupType.CLASSIC);
        assertThat(working.partitionAssignor()).isEqualTo("range");
        assertThat(working.isSimpleConsumerGroup()).isFalse();
        assertThat(working.coordinator().id()).isEqualTo(1);
        assertThat(working.coordinator().port()).isEqualTo(server.clientPort());
        assertThat(working.authorizedOperations())
                .contains(AclOperation.READ, AclOperation.DESCRIBE, AclOperation.DELETE);
        assertThat(working.members()).hasSize(1);
        MemberDescription one = working.members().iterator().next();
        assertThat(one.consumerId()).isEqualTo(member.memberId());
        assertThat(one.clientId()).isEqualTo("somebody");
        assertThat(one.host()).isEqualTo("/127.0.0.1");
        assertThat(one.groupInstanceId()).contains("instance");
        assertThat(one.assignment().topicPartitions()).containsExactlyInAnyOrder(first, second);

        assertThat(of(described, idle).groupState()).isEqualTo(GroupState.EMPTY);
        assertThat(of(described, idle).members()).isEmpty();
        assertThat(of(described, idle).isSimpleConsumerGroup()).isTrue();
    }

    @Test
    void aClassicGroupIsDescribedAsSuch() {
        Map<String, ClassicGroupDescription> described =
                Clients.get(admin.describeClassicGroups(List.of(active, idle)).all());
        assertThat(of(described, active).state()).isEqualTo(ClassicGroupState.STABLE);
        assertThat(of(described, active).protocol()).isEqualTo("consumer");
        assertThat(of(described, active).protocolData()).isEqualTo("range");
        assertThat(of(described, active).members()).hasSize(1);
        assertThat(of(described, idle).state()).isEqualTo(ClassicGroupState.EMPTY);
    }

    @Test
    void whatIsNotThereIsSaidNotToBeThere() {
        String unknown = Clients.uniqueName("unknown");
        assertThat(Clients.failure(
                        admin.describeConsumerGroups(List.of(unknown)).all()))
                .isInstanceOf(GroupIdNotFoundException.class);
        assertThat(Clients.failure(admin.describeClassicGroups(List.of(unknown)).all()))
                .isInstanceOf(GroupIdNotFoundException.class);
        assertThat(Clients.failure(admin.deleteConsumerGroups(List.of(unknown)).all()))
                .isInstanceOf(GroupIdNotFoundException.class);
        assertThat(Clients.failure(
                        admin.deleteConsumerGroupOffsets(unknown, Set.of(first)).partitionResult(first)))
                .isInstanceOf(GroupIdNotFoundException.class);
        assertThat(Clients.committed(admin, unknown)).isEmpty();
        assertThat(listed(new ListGroupsOptions())).doesNotContain(unknown);
    }

    @Test
    void onlyAnEmptyGroupIsDeleted() {
        DeleteConsumerGroupsResult deleted = admin.deleteConsumerGroups(List.of(active, idle));
        assertThat(Clients.failure(deleted.deletedGroups().get(active))).isInstanceOf(GroupNotEmptyException.class);
        Clients.done(deleted.deletedGroups().get(idle));

        assertThat(listed(new ListGroupsOptions())).containsExactly(active);
        assertThat(Clients.committed(admin, idle)).isEmpty();
        assertThat(Clients.failure(admin.describeConsumerGroups(List.of(idle)).all()))
                .isInstanceOf(GroupIdNotFoundException.class);

        member.leave();
        Clients.done(admin.deleteConsumerGroups(List.of(active)).all());
        assertThat(listed(new ListGroupsOptions())).isEmpty();
    }

    @Test
    void offsetsAreDeletedUnlessTheirTopicIsSubscribed() {
        TopicPartition other = new TopicPartition(Clients.topic(server, "not-subscribed", 1, Map.of()), 0);
        member.leave();
        alter(active, Map.of(first, new OffsetAndMetadata(3), other, new OffsetAndMetadata(4)));
        try (GroupMember again = GroupMember.join(server, active, List.of(topic), Map.of(), (c, records) -> {})) {
            Clients.until("the member has its partitions", () -> again.held().size() == 2);
            DeleteConsumerGroupOffsetsResult result = admin.deleteConsumerGroupOffsets(active, Set.of(first, other));
            assertThat(Clients.failure(result.partitionResult(first)))
                    .isInstanceOf(GroupSubscribedToTopicException.class);
            Clients.done(result.partitionResult(other));
            assertThat(Clients.committed(admin, active)).isEqualTo(Map.of(first, 3L));
        }
        Clients.done(
                admin.deleteConsumerGroupOffsets(active, Set.of(first, second)).all());
        assertThat(Clients.committed(admin, active)).isEmpty();
    }

    @Test
    void offsetsAreAlteredUnlessTheGroupIsInUse() {
        TopicPartition unknown = new TopicPartition(topic, 2);
        AlterConsumerGroupOffsetsResult result = admin.alterConsumerGroupOffsets(
                idle, Map.of(first, new OffsetAndMetadata(9), unknown, new OffsetAndMetadata(9)));
        Clients.done(result.partitionResult(first));
        assertThat(Clients.failure(result.partitionResult(unknown)))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(Clients.committed(admin, idle)).isEqualTo(Map.of(first, 9L, second, 2L));

        assertThat(Clients.failure(admin.alterConsumerGroupOffsets(active, Map.of(first, new OffsetAndMetadata(9)))
                        .all()))
                .isInstanceOf(UnknownMemberIdException.class);
        assertThat(Clients.committed(admin, active)).isEmpty();
    }

    @Test
    void offsetsOfSeveralGroupsAreReadAtOnce() {
        String third = Clients.uniqueName("third");
        alter(third, Map.of(first, new OffsetAndMetadata(33)));
        Map<String, ListConsumerGroupOffsetsSpec> specs = Map.of(
                idle,
                new ListConsumerGroupOffsetsSpec(),
                third,
                new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(first, second)),
                active,
                new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(second)),
                Clients.uniqueName("unknown"),
                new ListConsumerGroupOffsetsSpec());
        for (boolean stable : new boolean[] {false, true}) {
            ListConsumerGroupOffsetsResult result =
                    admin.listConsumerGroupOffsets(specs, new ListConsumerGroupOffsetsOptions().requireStable(stable));
            assertThat(Clients.get(result.all())).hasSize(4);
            assertThat(Clients.get(result.partitionsToOffsetAndMetadata(idle)))
                    .containsOnly(
                            Map.entry(first, new OffsetAndMetadata(1)),
                            Map.entry(second, new OffsetAndMetadata(2, "with metadata")));
            assertThat(Clients.get(result.partitionsToOffsetAndMetadata(third)))
                    .containsEntry(first, new OffsetAndMetadata(33))
                    .containsEntry(second, null);
            assertThat(Clients.get(result.partitionsToOffsetAndMetadata(active)))
                    .containsEntry(second, null);
        }
    }

    /** Names reach the database, and a group's name and metadata may be any text. */
    @Test
    void namesAndMetadataMayBeAnyText() {
        for (String odd : List.of(
                "it's; DROP TABLE x --", "with space / and % _ \\", "\u00e9\u4e16\ud83d\ude80", "x".repeat(1_900))) {
            String group = odd + Clients.uniqueName("-odd");
            OffsetAndMetadata committed = new OffsetAndMetadata(5, "' \\ \" \ud83d\ude80 \t\n");
            alter(group, Map.of(first, committed));
            assertThat(Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()))
                    .containsOnly(Map.entry(first, committed));
            assertThat(Clients.get(admin.listGroups().all()))
                    .extracting(GroupListing::groupId)
                    .contains(group);
            Clients.done(admin.deleteConsumerGroups(List.of(group)).all());
        }
    }

    @Test
    void whatTheDatabaseCannotKeepIsRefused() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        alter("x".repeat(2_000), Map.of(first, new OffsetAndMetadata(1)));
        for (String group : List.of("x".repeat(2_001), "nul \u0000")) {
            assertThat(Clients.failure(admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(1)))
                            .all()))
                    .isInstanceOf(InvalidGroupIdException.class);
        }
        OffsetAndMetadata nul = new OffsetAndMetadata(1, "nul \u0000");
        assertThat(Clients.failure(admin.alterConsumerGroupOffsets(idle, Map.of(first, nul))
                        .all()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void manyGroupsAreListedDescribedAndDeletedTogether() {
        String stem = Clients.uniqueName("many");
        List<String> names =
                IntStream.range(0, 300).mapToObj(i -> stem + "-" + i).toList();
        Stream<AlterConsumerGroupOffsetsResult> altering = names.stream()
                .map(name -> admin.alterConsumerGroupOffsets(name, Map.of(first, new OffsetAndMetadata(7))));
        altering.toList().forEach(result -> Clients.done(result.all()));

        Collection<GroupListing> listed = Clients.get(admin.listGroups().all());
        assertThat(listed).extracting(GroupListing::groupId).containsAll(names);
        assertThat(Clients.get(admin.describeConsumerGroups(names).all())).hasSize(300);
        Map<String, ListConsumerGroupOffsetsSpec> all = new TreeMap<>();
        names.forEach(name -> all.put(name, new ListConsumerGroupOffsetsSpec()));
        assertThat(Clients.get(admin.listConsumerGroupOffsets(all).all()).values())
                .allMatch(offsets -> of(offsets, first).offset() == 7);
        Clients.done(admin.deleteConsumerGroups(names).all());
        assertThat(Clients.get(admin.listGroups().all()))
                .extracting(GroupListing::groupId)
                .doesNotContainAnyElementsOf(names);
    }
}
