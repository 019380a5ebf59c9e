package io.rowlock.broker.group;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's groups in the memory of one process, for tests and for brokers embedded into them: every promise of {@link
 * GroupStore} but durability. Nodes of the same process share one instance. Answers at once, on the caller's thread.
 */
public final class InMemoryGroupStore implements GroupStore {

    private record Slot(int nodeId, long brokerEpoch, SlotGrant grant) {}

    private record Group(GroupSnapshot snapshot, long phaseSinceNanos) {}

    private record Kept(
            CommittedOffset offset,
            long committedAtNanos,
            @Nullable Duration retention) {}

    private final InMemoryMetadataStore metadata;
    private final Clock clock;
    private final Map<Integer, Slot> slots = new HashMap<>();
    private final Map<String, Group> groups = new TreeMap<>();
    private final Map<String, Map<OffsetKey, Kept>> offsets = new HashMap<>();
    private long lastEpoch;

    /** @param metadata of the same cluster: it knows which topics exist and which nodes are alive */
    public InMemoryGroupStore(InMemoryMetadataStore metadata, Clock clock) {
        this.metadata = metadata;
        this.clock = clock;
    }

    @Override
    public CompletionStage<List<SlotHolder>> slotHolders() {
        return answer(() ->
                IntStream.range(0, GroupSlots.COUNT).mapToObj(this::holder).toList());
    }

    private SlotHolder holder(int number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return new SlotHolder(SlotHolder.NOBODY, 0, 0, false);
        }
        boolean lapsed = slot.nodeId() != SlotHolder.NOBODY && !metadata.isAlive(slot.nodeId());
        return new SlotHolder(slot.nodeId(), slot.brokerEpoch(), slot.grant().epoch(), lapsed);
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> acquireSlots(int nodeId, long brokerEpoch) {
        return answer(() -> take(nodeId, brokerEpoch, number -> holder(number).nodeId() == nodeId));
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> takeSlots(
            int nodeId, long brokerEpoch, Map<Integer, Long> seen, boolean patient) {
        return answer(() -> take(
                nodeId,
                brokerEpoch,
                number -> Objects.equals(seen.get(number), holder(number).epoch())));
    }

    private Map<Integer, SlotGrant> take(int nodeId, long brokerEpoch, IntPredicate wanted) {
        Map<Integer, SlotGrant> taken = new HashMap<>();
        if (!metadata.isCurrent(nodeId, brokerEpoch)) {
            return taken;
        }
        for (int number = 0; number < GroupSlots.COUNT; number++) {
            if (wanted.test(number)) {
                Slot slot = slots.get(number);
                lastEpoch++;
                long since = slot != null && slot.nodeId() == nodeId && slot.brokerEpoch() == brokerEpoch
                        ? slot.grant().since()
                        : lastEpoch;
                SlotGrant grant = new SlotGrant(lastEpoch, since);
                slots.put(number, new Slot(nodeId, brokerEpoch, grant));
                taken.put(number, grant);
            }
        }
        return taken;
    }

    @Override
    public CompletionStage<Set<Integer>> releaseSlots(Map<Integer, Long> held) {
        return answer(() -> {
            Set<Integer> released = new HashSet<>(held.keySet());
            released.removeAll(lost(held));
            for (int number : released) {
                lastEpoch++;
                slots.put(number, new Slot(SlotHolder.NOBODY, 0, new SlotGrant(lastEpoch, lastEpoch)));
            }
            return released;
        });
    }

    @Override
    public CompletionStage<List<GroupSnapshot>> loadGroups(Set<Integer> wanted) {
        return answer(() -> groups.values().stream()
                .map(Group::snapshot)
                .filter(group -> wanted.contains(GroupSlots.of(group.groupId())))
                .toList());
    }

    @Override
    public CompletionStage<Set<Integer>> writeGroups(Map<Integer, Long> held, List<GroupSnapshot> given) {
        return answer(() -> {
            WriteRules.checkGroups(held, given);
            Set<Integer> lost = lost(held);
            for (GroupSnapshot group : given) {
                if (!lost.contains(GroupSlots.of(group.groupId()))) {
                    put(group);
                }
            }
            return lost;
        });
    }

    private void put(GroupSnapshot group) {
        Group before = groups.get(group.groupId());
        long since = before != null && before.snapshot().phase() == group.phase()
                ? before.phaseSinceNanos()
                : clock.monotonicNanos();
        groups.put(group.groupId(), new Group(group, since));
    }

    @Override
    public CompletionStage<Set<Integer>> commitOffsets(Map<Integer, Long> held, List<OffsetCommit> commits) {
        return answer(() -> {
            Set<Integer> lost = lost(held);
            for (OffsetCommit commit : WriteRules.lastOfEach(held, commits)) {
                if (!lost.contains(GroupSlots.of(commit.key().groupId()))) {
                    keep(commit);
                }
            }
            return lost;
        });
    }

    private void keep(OffsetCommit commit) {
        OffsetKey key = commit.key();
        if (!groups.containsKey(key.groupId())) {
            put(GroupSnapshot.empty(key.groupId()));
        }
        if (metadata.topicName(key.topicId()) != null) {
            CommittedOffset offset = new CommittedOffset(
                    key.topicId(), key.partition(), commit.offset(), commit.leaderEpoch(), commit.metadata());
            offsets.computeIfAbsent(key.groupId(), id -> new HashMap<>())
                    .put(key, new Kept(offset, clock.monotonicNanos(), commit.retention()));
        }
    }

    @Override
    public CompletionStage<List<List<CommittedOffset>>> fetchOffsets(List<OffsetQuery> queries) {
        return answer(() -> queries.stream().map(this::fetch).toList());
    }

    private List<CommittedOffset> fetch(OffsetQuery query) {
        List<CommittedOffset> found = new ArrayList<>();
        for (Kept kept : offsets.getOrDefault(query.groupId(), Map.of()).values()) {
            CommittedOffset offset = kept.offset();
            boolean wanted = query.topicIds() == null || query.topicIds().contains(offset.topicId());
            if (wanted && metadata.topicName(offset.topicId()) != null) {
                found.add(offset);
            }
        }
        return found;
    }

    @Override
    public CompletionStage<Set<Integer>> deleteOffsets(Map<Integer, Long> held, List<OffsetKey> keys) {
        return answer(() -> {
            keys.forEach(key -> WriteRules.checkGroup(held, key.groupId()));
            Set<Integer> lost = lost(held);
            for (OffsetKey key : keys) {
                if (!lost.contains(GroupSlots.of(key.groupId()))) {
                    offsets.getOrDefault(key.groupId(), new HashMap<>()).remove(key);
                }
            }
            return lost;
        });
    }

    @Override
    public CompletionStage<Set<Integer>> deleteGroups(Map<Integer, Long> held, Set<String> groupIds) {
        return answer(() -> {
            groupIds.forEach(id -> WriteRules.checkGroup(held, id));
            Set<Integer> lost = lost(held);
            for (String id : groupIds) {
                if (!lost.contains(GroupSlots.of(id))) {
                    groups.remove(id);
                    offsets.remove(id);
                }
            }
            return lost;
        });
    }

    @Override
    public CompletionStage<Set<String>> expireOffsets(Map<Integer, Long> held, Duration retention) {
        return answer(() -> {
            Set<Integer> lost = lost(held);
            Set<String> forgotten = new HashSet<>();
            for (Group group : List.copyOf(groups.values())) {
                String id = group.snapshot().groupId();
                int slot = GroupSlots.of(id);
                if (!held.containsKey(slot) || lost.contains(slot)) {
                    continue;
                }
                Map<OffsetKey, Kept> ofGroup = offsets.getOrDefault(id, new HashMap<>());
                ofGroup.values().removeIf(kept -> hasExpired(group, kept, retention));
                if (ofGroup.isEmpty() && group.snapshot().phase() == GroupPhase.EMPTY) {
                    groups.remove(id);
                    offsets.remove(id);
                    forgotten.add(id);
                }
            }
            return forgotten;
        });
    }

    private boolean hasExpired(Group group, Kept kept, Duration nodesRetention) {
        String topic = metadata.topicName(kept.offset().topicId());
        if (topic == null) {
            return true;
        }
        Duration retention = kept.retention() == null ? nodesRetention : kept.retention();
        GroupSnapshot snapshot = group.snapshot();
        return passed(kept.committedAtNanos(), retention)
                && switch (snapshot.phase()) {
                    case EMPTY -> snapshot.protocolType() == null || passed(group.phaseSinceNanos(), retention);
                    case STABLE ->
                        snapshot.subscribedTopics() != null
                                && !snapshot.subscribedTopics().contains(topic);
                    case PREPARING_REBALANCE, COMPLETING_REBALANCE, DEAD -> false;
                };
    }

    private boolean passed(long sinceNanos, Duration time) {
        return Duration.ofNanos(clock.monotonicNanos() - sinceNanos).compareTo(time) >= 0;
    }

    private Set<Integer> lost(Map<Integer, Long> held) {
        Set<Integer> lost = new HashSet<>();
        held.forEach((number, epoch) -> {
            Slot slot = slots.get(number);
            if (slot == null || slot.grant().epoch() != epoch) {
                lost.add(number);
            }
        });
        return lost;
    }

    /** One transaction: alone with the state. */
    private <T> CompletionStage<T> answer(Supplier<T> transaction) {
        try {
            synchronized (this) {
                return CompletableFuture.completedFuture(transaction.get());
            }
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
