-- Consumer groups and their committed offsets. Each group belongs to a hash slot, each slot to one node at a time. Who writes
-- a group locks its slot's row in share mode, under the epoch that it knows, in the same statement; who takes a slot over
-- changes that epoch first. So nothing that a former coordinator still has under way can change a group.
--
-- Order of locks: slots in their order, then groups, then offsets. None of these touches the row of rowlock.cluster.

CREATE TABLE rowlock.coordinator_slot (
    slot smallint PRIMARY KEY CHECK (slot BETWEEN 0 AND 63),
    node_id integer,
    broker_epoch bigint,
    epoch bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 30);
COMMENT ON TABLE rowlock.coordinator_slot IS 'Which node coordinates the groups of each hash slot';
COMMENT ON COLUMN rowlock.coordinator_slot.node_id IS 'Null as long as nobody took it';
COMMENT ON COLUMN rowlock.coordinator_slot.broker_epoch IS 'Of the node''s registration that took it';
COMMENT ON COLUMN rowlock.coordinator_slot.epoch IS 'Grows each time that it is taken: writes under an older one are void';

INSERT INTO rowlock.coordinator_slot (slot)
SELECT generate_series(0, 63);

CREATE TABLE rowlock.consumer_group (
    group_id text PRIMARY KEY,
    slot smallint NOT NULL CHECK (slot BETWEEN 0 AND 63),
    phase text NOT NULL DEFAULT 'Empty'
        CHECK (phase IN ('Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead')),
    phase_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    protocol_type text,
    generation integer NOT NULL DEFAULT 0,
    protocol text,
    leader text,
    subscribed_topics text[]
) WITH (fillfactor = 70);
COMMENT ON TABLE rowlock.consumer_group IS 'Groups: those with members, and those that have only committed offsets';
COMMENT ON COLUMN rowlock.consumer_group.slot IS 'Java''s hash code of the id, modulo 64';
COMMENT ON COLUMN rowlock.consumer_group.phase IS 'As Kafka names it';
COMMENT ON COLUMN rowlock.consumer_group.phase_since IS 'Since when it is in this phase';
COMMENT ON COLUMN rowlock.consumer_group.protocol_type IS '"consumer" for consumers; null if it never had members';
COMMENT ON COLUMN rowlock.consumer_group.generation IS 'Grows with each completed rebalance';
COMMENT ON COLUMN rowlock.consumer_group.protocol IS 'The assignor of this generation';
COMMENT ON COLUMN rowlock.consumer_group.leader IS 'The member that assigns';
COMMENT ON COLUMN rowlock.consumer_group.subscribed_topics IS 'What its consumers subscribe to; null where that cannot be told';
CREATE INDEX consumer_group_slot ON rowlock.consumer_group (slot);

-- Found by its place and not by its id, which a client can make longer than an index takes.
CREATE TABLE rowlock.group_member (
    group_id text NOT NULL REFERENCES rowlock.consumer_group ON DELETE CASCADE,
    place integer NOT NULL,
    member_id text NOT NULL,
    instance_id text,
    client_id text NOT NULL,
    client_host text NOT NULL,
    session_timeout_ms integer NOT NULL,
    rebalance_timeout_ms integer NOT NULL,
    protocol_names text[] NOT NULL,
    protocol_metadata bytea[] NOT NULL,
    assignment bytea NOT NULL,
    assigned_partitions jsonb,
    PRIMARY KEY (group_id, place)
) WITH (fillfactor = 70);
COMMENT ON TABLE rowlock.group_member IS 'Members of groups';
COMMENT ON COLUMN rowlock.group_member.place IS 'In the order in which the coordinator keeps them';
COMMENT ON COLUMN rowlock.group_member.instance_id IS 'Of a static member; null for others';
COMMENT ON COLUMN rowlock.group_member.protocol_names IS 'Assignors, in the member''s order of preference';
COMMENT ON COLUMN rowlock.group_member.protocol_metadata IS 'For each assignor what the member told it, such as its subscription';
COMMENT ON COLUMN rowlock.group_member.assignment IS 'As the leader gave it';
COMMENT ON COLUMN rowlock.group_member.assigned_partitions IS
    'What the assignment says, where it is a consumer''s: arrays of partitions by topic';

-- Updated without end. Nothing that a commit changes is indexed and each page has room, so that a commit stays a heap-only
-- update: it touches no index, and the page is cleaned up by those that come after it. The vacuum, which must not fall
-- behind here, does not wait for a share of the table to change.
CREATE TABLE rowlock.committed_offset (
    group_id text NOT NULL REFERENCES rowlock.consumer_group ON DELETE CASCADE,
    topic_id uuid NOT NULL REFERENCES rowlock.topic ON DELETE CASCADE,
    partition_index integer NOT NULL,
    committed_offset bigint NOT NULL,
    leader_epoch integer NOT NULL,
    metadata text NOT NULL,
    committed_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (group_id, topic_id, partition_index)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
COMMENT ON TABLE rowlock.committed_offset IS 'The offset of the next record that a group consumes of a partition';
COMMENT ON COLUMN rowlock.committed_offset.leader_epoch IS 'Of the last record consumed; -1 if the client did not say';
COMMENT ON COLUMN rowlock.committed_offset.metadata IS 'As the client gave it';
COMMENT ON COLUMN rowlock.committed_offset.expires_at IS 'Where the commit asked for a time of its own; else null';
-- For the deletion of a topic.
CREATE INDEX committed_offset_topic ON rowlock.committed_offset (topic_id);
