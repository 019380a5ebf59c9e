package io.rowlock.broker.group;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What an operation asks of the store: those of one kind can be asked in one statement. */
enum OperationKind {
    GROUP_WRITE {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            Map<String, GroupSnapshot> latest = new LinkedHashMap<>();
            for (GroupWrite write : Operation.all(GroupWrite.class, operations)) {
                GroupSnapshot snapshot = write.entry().snapshot();
                // The last one counts: an earlier one may be of a group of that name that was deleted since.
                latest.put(write.groupId(), snapshot);
                write.sent(snapshot);
            }
            return store.writeGroups(held, List.copyOf(latest.values()));
        }
    },
    COMMIT {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            List<OffsetCommit> offsets = new ArrayList<>();
            for (Operation operation : operations) {
                offsets.addAll(((CommitOperation) operation).offsets());
            }
            return store.commitOffsets(held, offsets);
        }
    },
    FETCH {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            List<FetchOperation> fetches = Operation.all(FetchOperation.class, operations);
            return store.fetchOffsets(
                            fetches.stream().map(FetchOperation::query).toList())
                    .thenApply(found -> {
                        for (int i = 0; i < found.size(); i++) {
                            fetches.get(i).found(found.get(i));
                        }
                        return Set.of();
                    });
        }
    },
    GROUP_RELOAD {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            List<GroupReload> reloads = Operation.all(GroupReload.class, operations);
            return store.loadGroups(held.keySet()).thenApply(loaded -> {
                Map<String, GroupSnapshot> found =
                        loaded.stream().collect(Collectors.toMap(GroupSnapshot::groupId, Function.identity()));
                reloads.forEach(reload -> reload.found(found.get(reload.groupId())));
                return Set.of();
            });
        }
    },
    OFFSET_DELETION {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            return store.deleteOffsets(
                    held,
                    Operation.all(OffsetDeletion.class, operations).stream()
                            .flatMap(deletion -> deletion.offsets().stream())
                            .toList());
        }
    },
    GROUP_DELETION {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            Operation.all(GroupDeletion.class, operations).forEach(GroupDeletion::sent);
            return store.deleteGroups(
                    held, operations.stream().map(Operation::groupId).collect(Collectors.toSet()));
        }
    },
    /** Concerns all groups of a slot; nothing overtakes it. */
    EXPIRY {
        @Override
        CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations) {
            Expiry expiry = (Expiry) operations.get(0);
            return store.expireOffsets(held, expiry.retention()).thenApply(gone -> {
                expiry.gone(gone);
                return new HashSet<>();
            });
        }
    };

    /**
     * Asks the store in one statement.
     *
     * @param held the slots that {@code operations} concern, with their epochs
     * @param operations all of this kind, at least one
     * @return completes with the slots that turned out to be lost
     */
    abstract CompletionStage<Set<Integer>> send(GroupStore store, Map<Integer, Long> held, List<Operation> operations);
}
