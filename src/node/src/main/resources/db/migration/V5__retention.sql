-- What partitions hold and keep, reported by their leaders with every look for old segments where it changed. Nothing is
-- decided by it.

-- None of the columns that change is indexed, and there is room on each page: a report stays a heap-only update.
CREATE TABLE rowlock.partition_retention (
    topic_id uuid NOT NULL,
    partition_index integer NOT NULL,
    leader_epoch integer NOT NULL,
    log_start_offset bigint NOT NULL,
    segments integer NOT NULL,
    bytes bigint NOT NULL,
    oldest_offset bigint NOT NULL,
    oldest_bytes integer NOT NULL,
    oldest_timestamp bigint NOT NULL,
    by_age_and_size boolean NOT NULL,
    retention_ms bigint NOT NULL,
    retention_bytes bigint NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (topic_id, partition_index),
    FOREIGN KEY (topic_id, partition_index) REFERENCES rowlock.topic_partition ON DELETE CASCADE
) WITH (fillfactor = 50);
COMMENT ON TABLE rowlock.partition_retention IS 'What a partition''s leader last reported of its segments';
COMMENT ON COLUMN rowlock.partition_retention.leader_epoch IS 'Under which it was reported';
COMMENT ON COLUMN rowlock.partition_retention.oldest_offset IS 'Where the oldest segment begins';
COMMENT ON COLUMN rowlock.partition_retention.oldest_timestamp IS
    'The newest timestamp in the oldest segment, in milliseconds; -1 if no record has one';
COMMENT ON COLUMN rowlock.partition_retention.by_age_and_size IS 'Whether cleanup.policy has delete';
COMMENT ON COLUMN rowlock.partition_retention.retention_ms IS 'In force at the leader; -1 is no limit';
COMMENT ON COLUMN rowlock.partition_retention.retention_bytes IS 'In force at the leader; -1 is no limit';

-- Milliseconds that no timestamp can hold are as good as never.
CREATE VIEW rowlock.v_retention AS
SELECT
    t.name AS topic,
    r.partition_index AS partition,
    r.log_start_offset,
    r.segments,
    r.bytes,
    r.oldest_offset,
    r.oldest_bytes,
    CASE WHEN r.oldest_timestamp BETWEEN 0 AND 253402300799999
        THEN to_timestamp(r.oldest_timestamp / 1000.0)
    END AS oldest_until,
    r.retention_ms,
    r.retention_bytes,
    CASE
        WHEN NOT r.by_age_and_size OR r.retention_ms < 0 OR r.oldest_timestamp < 0 OR r.oldest_bytes = 0 THEN NULL
        WHEN r.oldest_timestamp::numeric + r.retention_ms > 253402300799999 THEN 'infinity'::timestamptz
        ELSE to_timestamp((r.oldest_timestamp + r.retention_ms) / 1000.0)
    END AS due_at,
    CASE WHEN r.by_age_and_size AND r.retention_bytes >= 0
        THEN greatest(r.bytes - r.retention_bytes, 0)
    END AS bytes_over,
    r.reported_at
FROM rowlock.partition_retention r
JOIN rowlock.topic t USING (topic_id)
ORDER BY t.name, r.partition_index;
COMMENT ON VIEW rowlock.v_retention IS
    'When the oldest segment of each partition is due to go by its age, and by how many bytes the partition is over its size';
