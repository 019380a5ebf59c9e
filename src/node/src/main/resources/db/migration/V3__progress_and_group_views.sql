-- How far partitions have come, reported by their leaders every few seconds where it changed. Nothing is decided by it.

-- Few columns, none of them indexed, and room on each page: a report stays a heap-only update.
CREATE TABLE rowlock.partition_progress (
    topic_id uuid NOT NULL,
    partition_index integer NOT NULL,
    leader_epoch integer NOT NULL,
    log_start_offset bigint NOT NULL,
    high_watermark bigint NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (topic_id, partition_index),
    FOREIGN KEY (topic_id, partition_index) REFERENCES rowlock.topic_partition ON DELETE CASCADE
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
COMMENT ON TABLE rowlock.partition_progress IS 'What a partition''s leader last reported of it';
COMMENT ON COLUMN rowlock.partition_progress.leader_epoch IS 'Under which it was reported';
COMMENT ON COLUMN rowlock.partition_progress.log_start_offset IS 'The first offset that is there';
COMMENT ON COLUMN rowlock.partition_progress.high_watermark IS 'Consumers see offsets below it';
COMMENT ON COLUMN rowlock.partition_progress.reported_at IS 'Since then it has not changed, or its leader could not report';

-- For operators.

CREATE VIEW rowlock.v_groups AS
SELECT
    g.group_id,
    g.phase,
    g.phase_since,
    (SELECT count(*) FROM rowlock.group_member m WHERE m.group_id = g.group_id) AS members,
    (SELECT count(*) FROM rowlock.committed_offset o WHERE o.group_id = g.group_id) AS committed_offsets,
    g.protocol_type,
    g.protocol,
    g.generation,
    g.subscribed_topics,
    s.node_id AS coordinator
FROM rowlock.consumer_group g
JOIN rowlock.coordinator_slot s USING (slot)
ORDER BY g.group_id;
COMMENT ON VIEW rowlock.v_groups IS 'Every group with its size, its phase and its coordinator';

CREATE VIEW rowlock.v_group_members AS
SELECT
    m.group_id,
    m.member_id,
    m.instance_id,
    m.client_id,
    m.client_host,
    m.member_id = g.leader AS leads,
    m.protocol_names AS protocols,
    m.assigned_partitions,
    m.session_timeout_ms,
    m.rebalance_timeout_ms
FROM rowlock.group_member m
JOIN rowlock.consumer_group g USING (group_id)
ORDER BY m.group_id, m.place;
COMMENT ON VIEW rowlock.v_group_members IS 'Every member of a group with what is assigned to it';

CREATE VIEW rowlock.v_committed_offsets AS
SELECT
    o.group_id,
    t.name AS topic,
    o.partition_index AS partition,
    o.committed_offset,
    o.leader_epoch,
    o.metadata,
    o.committed_at,
    o.expires_at,
    o.topic_id
FROM rowlock.committed_offset o
JOIN rowlock.topic t USING (topic_id)
ORDER BY o.group_id, t.name, o.partition_index;
COMMENT ON VIEW rowlock.v_committed_offsets IS 'Every committed offset with the name of its topic';

-- A commit is newer than what was last reported of its partition, now and then: that is no lag. Some clients commit -1 or -2,
-- which names no record.
CREATE VIEW rowlock.v_lag AS
SELECT
    o.group_id,
    o.topic,
    o.partition,
    o.committed_offset,
    p.high_watermark,
    CASE WHEN o.committed_offset >= 0 AND p.high_watermark IS NOT NULL
        THEN greatest(p.high_watermark - o.committed_offset, 0)
    END AS lag,
    p.reported_at
FROM rowlock.v_committed_offsets o
LEFT JOIN rowlock.partition_progress p ON p.topic_id = o.topic_id AND p.partition_index = o.partition
ORDER BY o.group_id, o.topic, o.partition;
COMMENT ON VIEW rowlock.v_lag IS
    'How many records lie between each committed offset and the high watermark last reported; null where none was';

CREATE VIEW rowlock.v_coordinators AS
SELECT
    s.slot,
    s.node_id,
    s.broker_epoch,
    s.epoch,
    coalesce(l.lease_until > clock_timestamp(), false) AS alive,
    (SELECT count(*) FROM rowlock.consumer_group g WHERE g.slot = s.slot) AS groups
FROM rowlock.coordinator_slot s
LEFT JOIN rowlock.node_lease l USING (node_id)
ORDER BY s.slot;
COMMENT ON VIEW rowlock.v_coordinators IS 'Which node coordinates the groups of each hash slot, and whether it is alive';
