package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link GroupStore} promises. An implementation's test extends it and gives each test an empty cluster. */
@Timeout(60)
public abstract class GroupStoreContract {

    protected static final Duration TTL = Duration.ofSeconds(6);
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final Duration MOMENT = Duration.ofMinutes(1);

    /** Of the same cluster. */
    protected abstract MetadataStore metadata();

    /** The store under test: the same cluster for the whole of one test, empty at its beginning. */
    protected abstract GroupStore groups();

    /** Another access to the same cluster, as a second node would have it. */
    protected abstract GroupStore secondGroups();

    /** Lets that much time pass for leases, groups and offsets, without waiting for it. */
    protected abstract void elapse(Duration time);

    protected static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Registers a node and returns its broker epoch. */
    protected final long registered(int nodeId) {
        NodeRegistration node = new NodeRegistration(nodeId, new UUID(1, nodeId), null, Map.of(), TTL);
        return ((Registered) get(metadata().register(node))).brokerEpoch();
    }

    /**
     * The slots that a node has once it has taken its own anew, those that nobody has, and, if {@code fromLapsed}, those of nodes
     * whose lease has run out.
     */
    protected static Map<Integer, SlotGrant> acquire(
            GroupStore store, int nodeId, long brokerEpoch, boolean fromLapsed) {
        Map<Integer, Long> seen = new HashMap<>();
        List<SlotHolder> holders = get(store.slotHolders());
        for (int slot = 0; slot < holders.size(); slot++) {
            SlotHolder holder = holders.get(slot);
            if (holder.nodeId() == SlotHolder.NOBODY || (fromLapsed && holder.lapsed() && holder.nodeId() != nodeId)) {
                seen.put(slot, holder.epoch());
            }
        }
        Map<Integer, SlotGrant> held = new HashMap<>(get(store.acquireSlots(nodeId, brokerEpoch)));
        held.putAll(get(store.takeSlots(nodeId, brokerEpoch, seen, true)));
        return held;
    }

    /** All slots, held by node 1. */
    protected final Map<Integer, Long> held() {
        return SlotGrant.epochs(acquire(groups(), 1, registered(1), true));
    }

    protected final UUID topic(String name) {
        UUID id = UUID.randomUUID();
        get(metadata().createTopics(List.of(new NewTopic(id, name, false, List.of(List.of(1)), Map.of()))));
        return id;
    }

    protected static OffsetCommit commit(String group, UUID topic, int partition, long offset) {
        return new OffsetCommit(new OffsetKey(group, topic, partition), offset, -1, "", null);
    }

    protected static CommittedOffset committed(UUID topic, int partition, long offset) {
        return new CommittedOffset(topic, partition, offset, -1, "");
    }

    protected final List<CommittedOffset> offsetsOf(String group) {
        return get(groups().fetchOffsets(List.of(new OffsetQuery(group, null)))).get(0);
    }

    protected final List<GroupSnapshot> allGroups() {
        return get(groups().loadGroups(slots(0, GroupSlots.COUNT)));
    }

    protected static Set<Integer> slots(int from, int to) {
        return Set.copyOf(IntStream.range(from, to).boxed().toList());
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    protected static MemberSnapshot member(String id, @Nullable String instanceId) {
        return new MemberSnapshot(
                id,
                instanceId,
                "client of " + id,
                "/127.0.0.1",
                45_000,
                300_000,
                List.of(
                        new JoinProtocol("range", bytes("range of " + id)),
                        new JoinProtocol("roundrobin", Bytes.EMPTY)),
                bytes("assigned to " + id));
    }

    protected static GroupSnapshot stable(String id, @Nullable Set<String> subscribed, MemberSnapshot... members) {
        return new GroupSnapshot(
                id, GroupPhase.STABLE, "consumer", 3, "range", members[0].memberId(), subscribed, List.of(members));
    }

    private static GroupSnapshot emptied(String id) {
        return new GroupSnapshot(id, GroupPhase.EMPTY, "consumer", 4, null, null, Set.of(), List.of());
    }

    /** An id whose slot is another one than that of each of these. */
    private static String idOutsideOf(String... others) {
        Set<Integer> taken = Set.copyOf(
                List.of(others).stream().map(GroupSlots::of).distinct().toList());
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "other" + i)
                .filter(id -> !taken.contains(GroupSlots.of(id)))
                .findFirst()
                .orElseThrow();
    }

    /** The same slots, that of one group under an epoch that it does not have. */
    private static Map<Integer, Long> withoutSlotOf(String group, Map<Integer, Long> held) {
        Map<Integer, Long> changed = new HashMap<>(held);
        changed.computeIfPresent(GroupSlots.of(group), (slot, epoch) -> epoch - 1);
        return changed;
    }

    // Slots

    @Test
    void theOnlyNodeTakesEverySlot() {
        assertThat(held().keySet()).isEqualTo(slots(0, GroupSlots.COUNT));
    }

    @Test
    void takingSlotsAgainGivesThemNewEpochs() {
        long brokerEpoch = registered(1);
        Map<Integer, Long> first = SlotGrant.epochs(acquire(groups(), 1, brokerEpoch, true));
        Map<Integer, Long> second = SlotGrant.epochs(acquire(groups(), 1, brokerEpoch, true));
        assertThat(second.keySet()).isEqualTo(first.keySet());
        assertThat(second).allSatisfy((slot, epoch) -> assertThat(epoch).isGreaterThan(first.get(slot)));
        assertThat(get(groups().commitOffsets(first, List.of()))).isEqualTo(first.keySet());
        assertThat(get(groups().commitOffsets(second, List.of()))).isEmpty();
    }

    @Test
    void aRestartedNodeTakesItsSlotsBackAtOnce() {
        Map<Integer, Long> before = held();
        Map<Integer, Long> after = held();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(get(groups().writeGroups(before, List.of(GroupSnapshot.empty("g")))))
                .isEqualTo(before.keySet());
        assertThat(allGroups()).isEmpty();
    }

    @Test
    void anEarlierProcessTakesNothing() {
        long old = registered(1);
        Map<Integer, Long> held = held();
        assertThat(acquire(groups(), 1, old, true)).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
    }

    @Test
    void anUnknownNodeTakesNothing() {
        assertThat(acquire(groups(), 5, 1, true)).isEmpty();
        assertThat(held()).hasSize(GroupSlots.COUNT);
    }

    @Test
    void anotherNodeTakesNoSlotOfALivingOne() {
        Map<Integer, Long> held = held();
        assertThat(acquire(secondGroups(), 2, registered(2), true)).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
    }

    @Test
    void anotherNodeTakesTheSlotsOfOneWhoseLeaseLapsed() {
        Map<Integer, Long> held = held();
        elapse(TTL);
        long brokerEpoch = registered(2);
        Map<Integer, SlotGrant> taken = acquire(secondGroups(), 2, brokerEpoch, true);
        assertThat(taken.keySet()).isEqualTo(held.keySet());
        assertThat(get(groups().commitOffsets(held, List.of()))).isEqualTo(held.keySet());
        // Back again, the first one finds them taken.
        assertThat(acquire(groups(), 1, registered(1), true)).isEmpty();
        assertThat(acquire(secondGroups(), 2, brokerEpoch, true)).hasSize(GroupSlots.COUNT);
    }

    @Test
    void whoIsNotToDeposeAnybodyTakesOnlyWhatIsItsOwnOrNobodys() {
        long first = registered(1);
        assertThat(acquire(groups(), 1, first, false)).hasSize(GroupSlots.COUNT);
        elapse(TTL);
        long second = registered(2);
        assertThat(acquire(secondGroups(), 2, second, false)).isEmpty();
        assertThat(acquire(groups(), 1, first, false)).hasSize(GroupSlots.COUNT);
        assertThat(acquire(secondGroups(), 2, second, true)).hasSize(GroupSlots.COUNT);
    }

    @Test
    void anotherNodeTakesTheSlotsOfOneThatStoppedByPlan() {
        long brokerEpoch = registered(1);
        acquire(groups(), 1, brokerEpoch, true);
        get(metadata().releaseLease(1, brokerEpoch));
        assertThat(acquire(secondGroups(), 2, registered(2), true)).hasSize(GroupSlots.COUNT);
    }

    @Test
    void whoTakesItsSlotsAgainIsToldThatNobodyElseHadThem() {
        long brokerEpoch = registered(1);
        Map<Integer, SlotGrant> first = acquire(groups(), 1, brokerEpoch, true);
        acquire(groups(), 1, brokerEpoch, true);
        Map<Integer, SlotGrant> third = acquire(groups(), 1, brokerEpoch, true);
        assertThat(first).allSatisfy((slot, grant) -> assertThat(grant.since()).isEqualTo(grant.epoch()));
        assertThat(third).hasSize(GroupSlots.COUNT).allSatisfy((slot, grant) -> {
            assertThat(grant.since()).isEqualTo(epoch(first, slot));
            assertThat(grant.continues(epoch(first, slot))).isTrue();
        });
    }

    @Test
    void whoTakesItsSlotsBackIsToldThatSomebodyElseHadThemHoweverOftenItAsks() {
        long brokerEpoch = registered(1);
        Map<Integer, SlotGrant> before = acquire(groups(), 1, brokerEpoch, true);
        elapse(TTL);
        long other = registered(2);
        assertThat(acquire(secondGroups(), 2, other, true)).hasSize(GroupSlots.COUNT);
        get(metadata().releaseLease(2, other));
        Map<Integer, SlotGrant> back = acquire(groups(), 1, brokerEpoch, true);
        Map<Integer, SlotGrant> again = acquire(groups(), 1, brokerEpoch, true);
        assertThat(back).hasSize(GroupSlots.COUNT);
        assertThat(again).hasSize(GroupSlots.COUNT).allSatisfy((slot, grant) -> {
            assertThat(grant.continues(epoch(before, slot))).isFalse();
            assertThat(grant.continues(epoch(back, slot) - 1)).isFalse();
            assertThat(grant.continues(epoch(back, slot))).isTrue();
        });
    }

    private static long epoch(Map<Integer, SlotGrant> grants, int slot) {
        return Objects.requireNonNull(grants.get(slot)).epoch();
    }

    @Test
    void anEarlierProcessOfTheSameNodeIsSomebodyElse() {
        Map<Integer, Long> before = held();
        Map<Integer, SlotGrant> after = acquire(groups(), 1, registered(1), true);
        assertThat(after)
                .hasSize(GroupSlots.COUNT)
                .allSatisfy((slot, grant) -> assertThat(grant.continues(before.getOrDefault(slot, Long.MAX_VALUE)))
                        .isFalse());
    }

    @Test
    void aSlotIsTakenOnlyAsItWasSeen() {
        long first = registered(1);
        long second = registered(2);
        Map<Integer, Long> held = SlotGrant.epochs(acquire(groups(), 1, first, true));
        Map<Integer, Long> outdated = Map.of(3, epochOf(held, 3) - 1, 4, epochOf(held, 4));
        assertThat(get(secondGroups().takeSlots(2, second, outdated, true))).containsOnlyKeys(4);
        assertThat(get(secondGroups().takeSlots(2, second, outdated, false))).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).containsExactly(4);
        List<SlotHolder> holders = get(groups().slotHolders());
        assertThat(holders).hasSize(GroupSlots.COUNT);
        assertThat(holders.get(3)).isEqualTo(new SlotHolder(1, first, epochOf(held, 3), false));
        assertThat(holders.get(4).nodeId()).isEqualTo(2);
    }

    @Test
    void whoIsNotRegisteredAnyMoreTakesNothingOfWhatItSaw() {
        Map<Integer, Long> held = held();
        long old = registered(2);
        registered(2);
        assertThat(get(secondGroups().takeSlots(2, old, held, true))).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
    }

    @Test
    void whoHasStoppedTakesNothingAnyMore() {
        Map<Integer, Long> held = held();
        long stopped = registered(2);
        get(metadata().releaseLease(2, stopped));
        assertThat(get(secondGroups().takeSlots(2, stopped, held, true))).isEmpty();
        assertThat(get(secondGroups().acquireSlots(2, stopped))).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
    }

    @Test
    void whoWasDeposedTakesNothingUntilItRegistersAnew() {
        long deposed = registered(1);
        Map<Integer, Long> held = SlotGrant.epochs(acquire(groups(), 1, deposed, true));
        LeadershipStore elections = (LeadershipStore) metadata();
        for (int witness = 2; witness <= 3; witness++) {
            get(elections.testifyRefused(witness, registered(witness), 1, deposed));
        }
        assertThat(get(groups().acquireSlots(1, deposed))).isEmpty();
        assertThat(get(groups().takeSlots(1, deposed, held, true))).isEmpty();
        // What nobody took from it is still its own.
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
        assertThat(get(groups().acquireSlots(1, registered(1)))).hasSize(GroupSlots.COUNT);
    }

    @Test
    void whoIsAboutToStopServesAsBefore() {
        long stopping = registered(1);
        Map<Integer, Long> held = SlotGrant.epochs(acquire(groups(), 1, stopping, true));
        get(((LeadershipStore) metadata()).handOver(1, stopping));
        assertThat(get(groups().acquireSlots(1, stopping))).containsOnlyKeys(held.keySet());
    }

    @Test
    void slotsThatAreGivenBackAreNobodysAndWrittenByNobody() {
        Map<Integer, Long> held = held();
        Map<Integer, Long> some = Map.of(0, epochOf(held, 0), 63, epochOf(held, 63), 7, epochOf(held, 7) - 1);
        assertThat(get(groups().releaseSlots(some))).containsExactlyInAnyOrder(0, 63);
        assertThat(get(groups().releaseSlots(some))).isEmpty();
        assertThat(get(groups().commitOffsets(held, List.of()))).containsExactlyInAnyOrder(0, 63);
        List<SlotHolder> holders = get(groups().slotHolders());
        assertThat(holders.get(63).nodeId()).isEqualTo(SlotHolder.NOBODY);
        assertThat(holders.get(63).lapsed()).isFalse();
        assertThat(holders.get(7).nodeId()).isEqualTo(1);
        assertThat(acquire(secondGroups(), 2, registered(2), false)).containsOnlyKeys(0, 63);
    }

    @Test
    void theLeaseOfWhoHasASlotIsSeen() {
        held();
        registered(2);
        assertThat(get(groups().slotHolders())).noneMatch(SlotHolder::lapsed);
        elapse(TTL);
        assertThat(get(groups().slotHolders())).allMatch(SlotHolder::lapsed);
    }

    private static long epochOf(Map<Integer, Long> held, int slot) {
        return Objects.requireNonNull(held.get(slot));
    }

    // Fencing

    @Test
    void everyWriteUnderAnOldEpochChangesNothingAndSaysSo() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        String kept = "kept";
        String free = idOutsideOf(kept);
        for (String id : List.of(kept, free)) {
            get(groups().writeGroups(held, List.of(stable(id, Set.of("t"), member("m", null)))));
            get(groups().commitOffsets(held, List.of(commit(id, topic, 0, 1))));
        }
        Map<Integer, Long> stale = withoutSlotOf(kept, held);
        Set<Integer> lost = Set.of(GroupSlots.of(kept));

        List<GroupSnapshot> emptied = List.of(emptied(kept), emptied(free));
        assertThat(get(groups().writeGroups(stale, emptied))).isEqualTo(lost);
        assertThat(allGroups()).containsExactlyInAnyOrder(stable(kept, Set.of("t"), member("m", null)), emptied(free));

        List<OffsetCommit> commits = List.of(commit(kept, topic, 0, 2), commit(free, topic, 0, 2));
        assertThat(get(groups().commitOffsets(stale, commits))).isEqualTo(lost);
        assertThat(offsetsOf(kept)).containsExactly(committed(topic, 0, 1));
        assertThat(offsetsOf(free)).containsExactly(committed(topic, 0, 2));

        List<OffsetKey> keys = List.of(new OffsetKey(kept, topic, 0), new OffsetKey(free, topic, 0));
        assertThat(get(groups().deleteOffsets(stale, keys))).isEqualTo(lost);
        assertThat(offsetsOf(kept)).hasSize(1);
        assertThat(offsetsOf(free)).isEmpty();

        assertThat(get(groups().deleteGroups(stale, Set.of(kept, free)))).isEqualTo(lost);
        assertThat(allGroups()).extracting(GroupSnapshot::groupId).containsExactly(kept);

        get(groups().writeGroups(held, List.of(emptied(kept))));
        elapse(RETENTION);
        assertThat(get(groups().expireOffsets(stale, RETENTION))).isEmpty();
        assertThat(offsetsOf(kept)).hasSize(1);
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactly(kept);
    }

    @Test
    void aGroupOutsideOfTheNamedSlotsIsADefect() {
        UUID topic = topic("t");
        Map<Integer, Long> held = new HashMap<>(held());
        held.remove(GroupSlots.of("g"));
        assertDefect(groups().writeGroups(held, List.of(GroupSnapshot.empty("g"))));
        assertDefect(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        assertDefect(groups().deleteOffsets(held, List.of(new OffsetKey("g", topic, 0))));
        assertDefect(groups().deleteGroups(held, Set.of("g")));
        assertThat(allGroups()).isEmpty();
    }

    @Test
    void aTextWithNulIsADefect() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        assertDefect(groups().writeGroups(held, List.of(GroupSnapshot.empty("g\0"))));
        assertDefect(groups().writeGroups(held, List.of(stable("g", Set.of("t\0"), member("m", null)))));
        assertDefect(groups().writeGroups(held, List.of(stable("g", null, member("m", "i\0")))));
        OffsetCommit odd = new OffsetCommit(new OffsetKey("g", topic, 0), 1, -1, "a\0b", null);
        assertDefect(groups().commitOffsets(held, List.of(commit("h", topic, 0, 1), odd)));
        assertThat(allGroups()).isEmpty();
    }

    @Test
    void theLongestIdOfAGroupFits() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        // Such as no compression makes shorter.
        StringBuilder random = new StringBuilder();
        for (int i = 0; random.length() < WriteRules.GROUP_ID_BYTES_MAX; i++) {
            random.append(UUID.nameUUIDFromBytes(new byte[] {(byte) i}));
        }
        String longest = random.substring(0, WriteRules.GROUP_ID_BYTES_MAX - 3) + "\u20ac";
        assertThat(longest.getBytes(StandardCharsets.UTF_8)).hasSize(WriteRules.GROUP_ID_BYTES_MAX);
        String longer = longest.substring(1) + "xx";
        GroupSnapshot group = stable(longest, Set.of(), member(longer.repeat(10), longer.repeat(10)));
        get(groups().writeGroups(held, List.of(group)));
        get(groups().commitOffsets(held, List.of(commit(longest, topic, 0, 1))));
        assertThat(allGroups()).containsExactly(group);
        assertThat(offsetsOf(longest)).hasSize(1);
        assertDefect(groups().writeGroups(held, List.of(GroupSnapshot.empty(longer))));
        assertDefect(groups().commitOffsets(held, List.of(commit(longer, topic, 0, 1))));
        assertThat(allGroups()).hasSize(1);
    }

    private static void assertDefect(CompletionStage<?> stage) {
        assertThatThrownBy(() -> stage.toCompletableFuture().get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    // Groups

    @Test
    void aGroupIsFoundAsItWasWritten() {
        GroupSnapshot group = stable("g", Set.of("a", "b"), member("m1", "instance"), member("m2", null));
        get(groups().writeGroups(held(), List.of(group)));
        assertThat(allGroups()).containsExactly(group);
    }

    @Test
    void everyPhaseIsFoundAsItWasWritten() {
        Map<Integer, Long> held = held();
        List<GroupSnapshot> written = new ArrayList<>();
        for (GroupPhase phase : GroupPhase.values()) {
            written.add(new GroupSnapshot("g-" + phase, phase, "connect", 7, null, null, null, List.of()));
        }
        get(groups().writeGroups(held, written));
        assertThat(allGroups()).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void aGroupIsRewrittenWhole() {
        Map<Integer, Long> held = held();
        get(groups().writeGroups(
                        held,
                        List.of(
                                stable("g", Set.of("a"), member("gone", "i1"), member("stays", "i2")),
                                stable("untouched", null, member("gone", "i1")))));
        // The instance of the member that went comes back with another member id.
        GroupSnapshot rewritten = stable("g", null, member("stays", null), member("came", "i1"));
        get(groups().writeGroups(held, List.of(rewritten)));
        assertThat(allGroups()).containsExactlyInAnyOrder(rewritten, stable("untouched", null, member("gone", "i1")));
        get(groups().writeGroups(held, List.of(emptied("g"))));
        assertThat(allGroups())
                .containsExactlyInAnyOrder(emptied("g"), stable("untouched", null, member("gone", "i1")));
    }

    @Test
    void onlyTheGroupsOfTheseSlotsAreLoaded() {
        List<GroupSnapshot> written = IntStream.range(0, 200)
                .mapToObj(i -> GroupSnapshot.empty("group-" + i))
                .toList();
        get(groups().writeGroups(held(), written));
        List<GroupSnapshot> some = get(secondGroups().loadGroups(slots(10, 30)));
        assertThat(some)
                .containsExactlyInAnyOrderElementsOf(written.stream()
                        .filter(group -> slots(10, 30).contains(GroupSlots.of(group.groupId())))
                        .toList());
        assertThat(some).isNotEmpty();
        assertThat(get(groups().loadGroups(Set.of()))).isEmpty();
    }

    @Test
    void rewritingAGroupKeepsItsOffsets() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 5))));
        get(groups().writeGroups(held, List.of(stable("g", null, member("m", null)))));
        assertThat(offsetsOf("g")).containsExactly(committed(topic, 0, 5));
    }

    @Test
    void aDeletedGroupIsGoneWithItsOffsets() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().writeGroups(held, List.of(stable("g", null, member("m", null)), emptied("other"))));
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 5), commit("other", topic, 0, 6))));
        assertThat(get(groups().deleteGroups(held, Set.of("g", "unknown")))).isEmpty();
        assertThat(allGroups()).containsExactly(emptied("other"));
        assertThat(offsetsOf("g")).isEmpty();
        assertThat(offsetsOf("other")).hasSize(1);
    }

    @Test
    void namesInEveryScriptAreKept() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        String id = "gruppe äöü 組 \ud83d\udd12 \"quoted\" \\ {a,b} NULL";
        GroupSnapshot group = stable(id, Set.of("a", "NULL", "b,c", "\"\\"), member("m\t\n" + id, id));
        get(groups().writeGroups(held, List.of(group)));
        OffsetCommit commit = new OffsetCommit(new OffsetKey(id, topic, 0), 1, 2, id, null);
        get(groups().commitOffsets(held, List.of(commit)));
        assertThat(allGroups()).containsExactly(group);
        assertThat(offsetsOf(id)).containsExactly(new CommittedOffset(topic, 0, 1, 2, id));
    }

    // Offsets

    @Test
    void aCommittedOffsetIsFoundAsItWasWritten() {
        UUID topic = topic("t");
        OffsetCommit commit = new OffsetCommit(new OffsetKey("g", topic, 3), Long.MAX_VALUE, 9, "note", null);
        get(groups().commitOffsets(held(), List.of(commit)));
        assertThat(get(secondGroups().fetchOffsets(List.of(new OffsetQuery("g", null)))))
                .containsExactly(List.of(new CommittedOffset(topic, 3, Long.MAX_VALUE, 9, "note")));
    }

    /** kafkajs commits -2 to send a group back to the beginning, and Kafka keeps any number. */
    @Test
    void anOffsetThatIsANumberOfSpecialMeaningIsKept() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        List<OffsetCommit> commits = List.of(commit("g", topic, 0, -2), commit("g", topic, 1, -1));
        assertThat(get(groups().commitOffsets(held, commits))).isEmpty();
        assertThat(offsetsOf("g")).containsExactlyInAnyOrder(committed(topic, 0, -2), committed(topic, 1, -1));
    }

    @Test
    void aCommitMakesAGroupWithoutMembers() {
        UUID topic = topic("t");
        get(groups().commitOffsets(held(), List.of(commit("g", topic, 0, 1))));
        assertThat(allGroups()).containsExactly(GroupSnapshot.empty("g"));
    }

    @Test
    void aCommitLeavesAGroupAsItIs() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        GroupSnapshot group = stable("g", Set.of("t"), member("m", null));
        get(groups().writeGroups(held, List.of(group)));
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        assertThat(allGroups()).containsExactly(group);
    }

    @Test
    void theLastCommitWins() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().commitOffsets(
                        held,
                        List.of(
                                commit("g", topic, 0, 7),
                                commit("g", topic, 1, 1),
                                commit("h", topic, 0, 3),
                                commit("g", topic, 0, 5))));
        assertThat(offsetsOf("g")).containsExactlyInAnyOrder(committed(topic, 0, 5), committed(topic, 1, 1));
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 2))));
        assertThat(offsetsOf("g")).containsExactlyInAnyOrder(committed(topic, 0, 2), committed(topic, 1, 1));
        assertThat(offsetsOf("h")).containsExactly(committed(topic, 0, 3));
    }

    @Test
    void aTopicThatDoesNotExistIsLeftOut() {
        UUID topic = topic("t");
        UUID unknown = UUID.randomUUID();
        Map<Integer, Long> held = held();
        assertThat(get(groups().commitOffsets(
                                held,
                                List.of(
                                        commit("g", unknown, 0, 1),
                                        commit("g", topic, 0, 2),
                                        commit("only-unknown", unknown, 0, 3)))))
                .isEmpty();
        assertThat(offsetsOf("g")).containsExactly(committed(topic, 0, 2));
        assertThat(offsetsOf("only-unknown")).isEmpty();
    }

    @Test
    void theOffsetsOfADeletedTopicAreGone() {
        UUID gone = topic("gone");
        UUID stays = topic("stays");
        Map<Integer, Long> held = held();
        get(groups().commitOffsets(held, List.of(commit("g", gone, 0, 1), commit("g", stays, 0, 2))));
        get(metadata().deleteTopics(List.of(gone)));
        assertThat(offsetsOf("g")).containsExactly(committed(stays, 0, 2));
        topic("gone");
        assertThat(offsetsOf("g")).containsExactly(committed(stays, 0, 2));
    }

    @Test
    void queriesAreAnsweredInTheirOrder() {
        UUID t = topic("t");
        UUID u = topic("u");
        get(groups().commitOffsets(
                        held(),
                        List.of(
                                commit("g", t, 0, 1),
                                commit("g", t, 1, 2),
                                commit("g", u, 0, 3),
                                commit("h", u, 0, 4))));
        List<List<CommittedOffset>> answers = get(groups().fetchOffsets(List.of(
                new OffsetQuery("h", null),
                new OffsetQuery("unknown", null),
                new OffsetQuery("g", Set.of(t, UUID.randomUUID())),
                new OffsetQuery("g", Set.of()),
                new OffsetQuery("g", null),
                new OffsetQuery("g", Set.of(u)))));
        assertThat(answers).hasSize(6);
        assertThat(answers.get(0)).containsExactly(committed(u, 0, 4));
        assertThat(answers.get(1)).isEmpty();
        assertThat(answers.get(2)).containsExactlyInAnyOrder(committed(t, 0, 1), committed(t, 1, 2));
        assertThat(answers.get(3)).isEmpty();
        assertThat(answers.get(4))
                .containsExactlyInAnyOrder(committed(t, 0, 1), committed(t, 1, 2), committed(u, 0, 3));
        assertThat(answers.get(5)).containsExactly(committed(u, 0, 3));
        assertThat(get(groups().fetchOffsets(List.of()))).isEmpty();
    }

    @Test
    void deletedOffsetsAreGone() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().commitOffsets(
                        held, List.of(commit("g", topic, 0, 1), commit("g", topic, 1, 2), commit("h", topic, 0, 3))));
        Collection<Integer> lost = get(groups().deleteOffsets(
                        held,
                        List.of(
                                new OffsetKey("g", topic, 0),
                                new OffsetKey("g", topic, 9),
                                new OffsetKey("unknown", topic, 0))));
        assertThat(lost).isEmpty();
        assertThat(offsetsOf("g")).containsExactly(committed(topic, 1, 2));
        assertThat(offsetsOf("h")).containsExactly(committed(topic, 0, 3));
    }

    @Test
    void manyAreWrittenAtOnce() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        for (int round = 1; round <= 2; round++) {
            long offset = round;
            List<OffsetCommit> commits = IntStream.range(0, 10_000)
                    .mapToObj(i -> commit("g" + i % 100, topic, i / 100, offset))
                    .toList();
            assertThat(get(groups().commitOffsets(held, commits))).isEmpty();
        }
        assertThat(allGroups()).hasSize(100);
        for (int group = 0; group < 100; group += 33) {
            assertThat(offsetsOf("g" + group)).hasSize(100).allMatch(one -> one.offset() == 2);
        }
        assertThat(get(groups().commitOffsets(held, List.of()))).isEmpty();
        assertThat(get(groups().writeGroups(held, List.of()))).isEmpty();
        assertThat(get(groups().deleteOffsets(held, List.of()))).isEmpty();
        assertThat(get(groups().deleteGroups(held, Set.of()))).isEmpty();
    }

    // Expiry

    @Test
    void offsetsOfConsumersThatAreNoGroupExpireAfterTheirCommit() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        elapse(RETENTION.minus(MOMENT));
        get(groups().commitOffsets(held, List.of(commit("g", topic, 1, 2))));
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("g")).hasSize(2);
        elapse(MOMENT);
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("g")).containsExactly(committed(topic, 1, 2));
        elapse(RETENTION);
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactly("g");
        assertThat(allGroups()).isEmpty();
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
    }

    @Test
    void offsetsOfAnEmptiedGroupExpireAfterItWasLeft() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().writeGroups(held, List.of(stable("g", Set.of("t"), member("m", null)))));
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        elapse(RETENTION);
        get(groups().writeGroups(held, List.of(emptied("g"))));
        elapse(RETENTION.minus(MOMENT));
        // Written again while it is empty: that does not begin anew.
        get(groups().writeGroups(held, List.of(emptied("g"))));
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("g")).hasSize(1);
        elapse(MOMENT);
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactly("g");
        assertThat(offsetsOf("g")).isEmpty();
    }

    @Test
    void anOffsetCommittedAfterItsGroupWasLeftExpiresLater() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().writeGroups(held, List.of(emptied("g"))));
        elapse(RETENTION);
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("g")).hasSize(1);
    }

    @Test
    void membersKeepTheOffsetsOfTheTopicsThatTheySubscribeTo() {
        UUID subscribed = topic("subscribed");
        UUID other = topic("other");
        Map<Integer, Long> held = held();
        get(groups().writeGroups(held, List.of(stable("g", Set.of("subscribed"), member("m", null)))));
        get(groups().commitOffsets(held, List.of(commit("g", subscribed, 0, 1), commit("g", other, 0, 2))));
        elapse(RETENTION.minus(MOMENT));
        get(groups().expireOffsets(held, RETENTION));
        assertThat(offsetsOf("g")).hasSize(2);
        elapse(MOMENT);
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("g")).containsExactly(committed(subscribed, 0, 1));
        get(groups().deleteOffsets(held, List.of(new OffsetKey("g", subscribed, 0))));
        // Without offsets, but not without members.
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(allGroups()).hasSize(1);
    }

    @Test
    void nothingExpiresWhereItCannotBeToldWhatMembersConsume() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        GroupSnapshot rebalancing = new GroupSnapshot(
                "rebalancing",
                GroupPhase.PREPARING_REBALANCE,
                "consumer",
                3,
                null,
                null,
                Set.of(),
                List.of(member("m", null)));
        get(groups().writeGroups(held, List.of(stable("unknown", null, member("m", null)), rebalancing)));
        get(groups().commitOffsets(held, List.of(commit("unknown", topic, 0, 1), commit("rebalancing", topic, 0, 1))));
        elapse(RETENTION.multipliedBy(2));
        assertThat(get(groups().expireOffsets(held, RETENTION))).isEmpty();
        assertThat(offsetsOf("unknown")).hasSize(1);
        assertThat(offsetsOf("rebalancing")).hasSize(1);
    }

    @Test
    void aCommitMaySayHowLongItIsKept() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        Duration shorter = Duration.ofHours(1);
        Duration longer = RETENTION.multipliedBy(2);
        get(groups().commitOffsets(
                        held,
                        List.of(
                                keptFor("g", topic, 0, shorter),
                                keptFor("g", topic, 1, longer),
                                keptFor("g", topic, 2, shorter),
                                keptFor("left", topic, 0, shorter))));
        elapse(shorter.minus(MOMENT));
        // The next commit of the same partition may not say so any more; a group may be left only now.
        get(groups().commitOffsets(held, List.of(commit("g", topic, 2, 1))));
        get(groups().writeGroups(held, List.of(stable("left", Set.of("t"), member("m", null)))));
        get(groups().writeGroups(held, List.of(emptied("left"))));
        get(groups().expireOffsets(held, RETENTION));
        assertThat(offsetsOf("g")).hasSize(3);
        elapse(MOMENT);
        get(groups().expireOffsets(held, RETENTION));
        assertThat(offsetsOf("g")).extracting(CommittedOffset::partition).containsExactlyInAnyOrder(1, 2);
        assertThat(offsetsOf("left")).hasSize(1);
        elapse(shorter);
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactly("left");
        elapse(RETENTION);
        get(groups().expireOffsets(held, RETENTION));
        assertThat(offsetsOf("g")).extracting(CommittedOffset::partition).containsExactly(1);
        elapse(RETENTION);
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactly("g");
    }

    private static OffsetCommit keptFor(String group, UUID topic, int partition, Duration retention) {
        return new OffsetCommit(new OffsetKey(group, topic, partition), 1, -1, "", retention);
    }

    @Test
    void aGroupWithNothingLeftIsForgotten() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        get(groups().writeGroups(held, List.of(emptied("empty"), stable("members", null, member("m", null)))));
        get(groups().commitOffsets(held, List.of(commit("deleted-topic", topic, 0, 1))));
        get(metadata().deleteTopics(List.of(topic)));
        assertThat(get(groups().expireOffsets(held, RETENTION))).containsExactlyInAnyOrder("empty", "deleted-topic");
        assertThat(allGroups()).extracting(GroupSnapshot::groupId).containsExactly("members");
    }

    @Test
    void onlyWhatIsInTheNamedSlotsExpires() {
        UUID topic = topic("t");
        Map<Integer, Long> held = held();
        String other = idOutsideOf("g");
        get(groups().commitOffsets(held, List.of(commit("g", topic, 0, 1), commit(other, topic, 0, 1))));
        elapse(RETENTION);
        Map<Integer, Long> one = Map.of(GroupSlots.of("g"), held.getOrDefault(GroupSlots.of("g"), 0L));
        assertThat(get(groups().expireOffsets(one, RETENTION))).containsExactly("g");
        assertThat(offsetsOf(other)).hasSize(1);
    }
}
