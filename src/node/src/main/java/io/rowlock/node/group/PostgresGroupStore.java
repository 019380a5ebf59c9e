package io.rowlock.node.group;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.rowlock.broker.group.CommittedOffset;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.OffsetQuery;
import io.rowlock.broker.group.SlotGrant;
import io.rowlock.broker.group.SlotHolder;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.node.metadata.StoreThreads;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Groups and committed offsets in PostgreSQL, on connections of their own, so that no slow query of metadata holds up a
 * commit. Writes have a few threads, because each shard of a coordinator has one under way and gathers the next meanwhile;
 * what is read, and what has time, has others and never waits behind a write.
 *
 * <p>A write of unknown outcome is not repeated here: the lost statement may still be under way, and would then overwrite
 * what its repetition, or a later write, has kept. Only what was certainly rolled back is run again.
 */
@Singleton
public class PostgresGroupStore implements GroupStore {

    private static final int WRITE_THREADS = 4;
    private static final int OTHER_THREADS = 2;
    private static final int QUEUED = 1_000;
    /** More than there are connections that can be found broken. */
    private static final int ATTEMPTS = WRITE_THREADS + OTHER_THREADS + 1;

    /** What is done on a connection. */
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final AgroalDataSource source;
    private final StoreThreads writer = new StoreThreads("group-writer", WRITE_THREADS, QUEUED, ATTEMPTS);
    private final StoreThreads others = new StoreThreads("group-store", OTHER_THREADS, QUEUED, ATTEMPTS);

    @Inject
    PostgresGroupStore(@DataSource("coordinator") AgroalDataSource source) {
        this.source = source;
    }

    @PreDestroy
    void close() {
        writer.close();
        others.close();
    }

    @Override
    public CompletionStage<List<SlotHolder>> slotHolders() {
        return others.call(() -> statement(SlotRows::holders));
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> acquireSlots(int nodeId, long brokerEpoch) {
        return others.call(() -> transaction(connection -> SlotRows.acquire(connection, nodeId, brokerEpoch)));
    }

    @Override
    public CompletionStage<Map<Integer, SlotGrant>> takeSlots(
            int nodeId, long brokerEpoch, Map<Integer, Long> seen, boolean patient) {
        return others.callOnce(
                () -> transaction(connection -> SlotRows.takeSeen(connection, nodeId, brokerEpoch, seen, patient)));
    }

    @Override
    public CompletionStage<Set<Integer>> releaseSlots(Map<Integer, Long> held) {
        return others.callOnce(() -> transaction(connection -> SlotRows.release(connection, held)));
    }

    @Override
    public CompletionStage<List<GroupSnapshot>> loadGroups(Set<Integer> slots) {
        return others.call(() -> statement(connection -> GroupRows.load(connection, slots)));
    }

    @Override
    public CompletionStage<Set<Integer>> writeGroups(Map<Integer, Long> held, List<GroupSnapshot> groups) {
        return writer.callOnce(() -> {
            WriteRules.checkGroups(held, groups);
            GroupRowsWrite write = new GroupRowsWrite(groups);
            return statement(connection -> write.run(connection, held));
        });
    }

    @Override
    public CompletionStage<Set<Integer>> commitOffsets(Map<Integer, Long> held, List<OffsetCommit> commits) {
        return writer.callOnce(() -> {
            Collection<OffsetCommit> last = WriteRules.lastOfEach(held, commits);
            return statement(connection -> OffsetCommitRows.write(connection, held, last));
        });
    }

    @Override
    public CompletionStage<List<List<CommittedOffset>>> fetchOffsets(List<OffsetQuery> queries) {
        return others.call(() -> statement(connection -> OffsetRows.fetch(connection, queries)));
    }

    @Override
    public CompletionStage<Set<Integer>> deleteOffsets(Map<Integer, Long> held, List<OffsetKey> offsets) {
        return writer.callOnce(() -> {
            offsets.forEach(key -> WriteRules.checkGroup(held, key.groupId()));
            return statement(connection -> OffsetRows.delete(connection, held, offsets));
        });
    }

    @Override
    public CompletionStage<Set<Integer>> deleteGroups(Map<Integer, Long> held, Set<String> groupIds) {
        return writer.callOnce(() -> {
            groupIds.forEach(id -> WriteRules.checkGroup(held, id));
            return statement(connection -> GroupRows.delete(connection, held, groupIds));
        });
    }

    @Override
    public CompletionStage<Set<String>> expireOffsets(Map<Integer, Long> held, Duration retention) {
        return others.callOnce(() -> {
            Set<String> forgotten = new HashSet<>();
            for (Map.Entry<Integer, Long> slot : held.entrySet()) {
                forgotten.addAll(expire(slot.getKey(), slot.getValue(), retention));
            }
            return forgotten;
        });
    }

    /** Slot by slot, so that a commit waits for little. */
    private List<String> expire(int slot, long epoch, Duration retention) throws SQLException {
        boolean forgettable = statement(connection -> {
            OffsetRows.expire(connection, slot, epoch, retention);
            return GroupRows.hasForgettable(connection, slot);
        });
        if (!forgettable) {
            return List.of();
        }
        return transaction(connection ->
                SlotRows.lockAlone(connection, slot, epoch) ? GroupRows.forget(connection, slot) : List.of());
    }

    /** Each statement a transaction. */
    private <T> T statement(Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return work.on(connection);
        }
    }

    /** The pool puts a connection that comes back into auto-commit mode again. */
    private <T> T transaction(Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        }
    }

    private static void rollBack(Connection connection, Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }
}
