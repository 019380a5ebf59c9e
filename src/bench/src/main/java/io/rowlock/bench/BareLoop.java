package io.rowlock.bench;

import io.rowlock.systemtest.process.PostgresAccess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** What PostgreSQL gives a single client at best: the upsert of one row of committed offsets, each with a commit of its own, nothing else. */
final class BareLoop {
    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS public.bare_loop (
                group_id text,
                topic_id uuid,
                partition_index integer,
                committed_offset bigint NOT NULL,
                leader_epoch integer NOT NULL,
                metadata text NOT NULL,
                committed_at timestamptz NOT NULL,
                PRIMARY KEY (group_id, topic_id, partition_index)
            ) WITH (fillfactor = 50)
            """;
    private static final String UPSERT = """
            INSERT INTO public.bare_loop VALUES ('group', ?, 0, ?, -1, '', clock_timestamp())
            ON CONFLICT (group_id, topic_id, partition_index) DO UPDATE SET
                committed_offset = excluded.committed_offset,
                leader_epoch = excluded.leader_epoch,
                metadata = excluded.metadata,
                committed_at = excluded.committed_at
            """;

    private BareLoop() {}

    /** Commits per second, after a warm-up of a quarter of them. */
    static double run(PostgresAccess postgres, int commits) {
        try (Connection connection = postgres.connect()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(CREATE);
            }
            try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
                upsert.setObject(1, new UUID(0, 1));
                int warmUp = commits / 4;
                commit(upsert, 0, warmUp);
                long begin = System.nanoTime();
                commit(upsert, warmUp, commits);
                return (commits - warmUp) * 1e9 / (System.nanoTime() - begin);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot write to " + postgres, e);
        }
    }

    private static void commit(PreparedStatement upsert, int from, int to) throws SQLException {
        for (int offset = from; offset < to; offset++) {
            upsert.setLong(2, offset);
            upsert.executeUpdate();
        }
    }
}
