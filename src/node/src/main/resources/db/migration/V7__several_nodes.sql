-- Several nodes that lead and follow each other.

ALTER TABLE rowlock.node
    ADD COLUMN state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'STOPPING', 'STOPPED', 'FENCED'));
UPDATE rowlock.node SET state = 'STOPPED' WHERE stopped;
COMMENT ON COLUMN rowlock.node.state IS
    'ACTIVE; STOPPING: has handed over, still answers; STOPPED: gave its lease back; FENCED: deposed by an election';

-- In the row of the lease, so that a renewal looks at no other one.
ALTER TABLE rowlock.node_lease
    ADD COLUMN renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN steady_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN ended boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rowlock.node_lease.renewed_at IS 'The last sign of life: what others said of the node before is void';
COMMENT ON COLUMN rowlock.node_lease.steady_since IS
    'Each renewal since then came within half the time to live after the one before: only who has a whole one of this deposes';
COMMENT ON COLUMN rowlock.node_lease.ended IS 'Deposed or given back: only a registration starts it again';
UPDATE rowlock.node_lease SET ended = true WHERE node_id IN (SELECT node_id FROM rowlock.node WHERE stopped);

DROP VIEW rowlock.v_leases;
ALTER TABLE rowlock.node DROP COLUMN stopped;

-- Half of each page is free: an election changes many rows of a page in one statement, and all of it is to stay in place.
ALTER TABLE rowlock.topic_partition
    ADD COLUMN version bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_in_sync integer,
    SET (
        fillfactor = 50,
        autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0
    );
COMMENT ON COLUMN rowlock.topic_partition.version IS 'Of the metadata, when the row was last changed: followers read by it';
COMMENT ON COLUMN rowlock.topic_partition.last_in_sync IS
    'Where no replica is in sync: the one that was last, and may lack the end of what it acknowledged; null if its data is lost';

ALTER TABLE rowlock.change
    ADD COLUMN partition_topics uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN many_partitions boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rowlock.change.partition_topics IS 'Topics of which partitions changed, and nothing else: those of this version';
COMMENT ON COLUMN rowlock.change.many_partitions IS 'Partitions of more topics than are listed: followers look for all of this version';

CREATE TABLE rowlock.refusal (
    accused integer NOT NULL,
    witness integer NOT NULL,
    accused_epoch bigint NOT NULL,
    witness_epoch bigint NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (accused, witness)
) WITH (fillfactor = 50);
COMMENT ON TABLE rowlock.refusal IS 'Nodes that lately found nobody listening where another one should: two of them depose it';
COMMENT ON COLUMN rowlock.refusal.accused_epoch IS 'Broker epoch that this is said about';
COMMENT ON COLUMN rowlock.refusal.witness_epoch IS 'Broker epoch that says it';

CREATE TABLE rowlock.deposition (
    version bigint NOT NULL,
    node_id integer NOT NULL,
    broker_epoch bigint NOT NULL,
    deposed_by integer NOT NULL,
    cause text NOT NULL CHECK (cause IN ('LEASE', 'REFUSED')),
    changed_partitions bigint NOT NULL,
    deposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (version, node_id)
);
COMMENT ON TABLE rowlock.deposition IS 'Elections of the last thirty days; nothing is decided by it';
COMMENT ON COLUMN rowlock.deposition.version IS 'Of the metadata that it made';
COMMENT ON COLUMN rowlock.deposition.cause IS 'LEASE: it ran out; REFUSED: two nodes found nobody listening';
COMMENT ON COLUMN rowlock.deposition.changed_partitions IS 'Of all that were deposed at once';

-- For operators.

CREATE VIEW rowlock.v_leases AS
SELECT
    n.node_id,
    n.rack,
    n.state,
    n.broker_epoch,
    l.lease_until > clock_timestamp() AS alive,
    l.lease_until - clock_timestamp() AS remaining,
    n.registered_at
FROM rowlock.node n
JOIN rowlock.node_lease l USING (node_id)
ORDER BY n.node_id;
COMMENT ON VIEW rowlock.v_leases IS 'Every node with its state and its lease: alive or not, and for how long';

CREATE VIEW rowlock.v_leaderless AS
SELECT
    t.name AS topic,
    p.partition_index AS partition,
    p.leader_epoch,
    p.replicas,
    p.in_sync_replicas AS waits_for,
    p.last_in_sync,
    p.topic_id
FROM rowlock.topic_partition p
JOIN rowlock.topic t USING (topic_id)
WHERE p.leader IS NULL
ORDER BY t.name, p.partition_index;
COMMENT ON VIEW rowlock.v_leaderless IS
    'Partitions that nobody leads: any node of waits_for will when it starts; where that is empty, an operator has to elect';

CREATE VIEW rowlock.v_depositions AS
SELECT deposed_at, node_id, broker_epoch, cause, deposed_by, changed_partitions, version
FROM rowlock.deposition
ORDER BY version DESC, node_id;
COMMENT ON VIEW rowlock.v_depositions IS 'Who was deposed when, why, by whom, and how many partitions changed with it; the latest first';

DROP VIEW rowlock.v_leaders;
CREATE VIEW rowlock.v_leaders AS
SELECT
    n.node_id,
    n.state,
    count(*) FILTER (WHERE p.leader = n.node_id) AS partitions_led,
    count(*) FILTER (WHERE p.leader = n.node_id AND p.replicas[1] = n.node_id) AS preferred,
    count(*) FILTER (WHERE p.replicas[1] = n.node_id) AS preferred_by,
    count(p.topic_id) AS replicas,
    count(*) FILTER (WHERE n.node_id = ANY (p.in_sync_replicas)) AS in_sync
FROM rowlock.node n
LEFT JOIN rowlock.topic_partition p ON n.node_id = ANY (p.replicas)
GROUP BY n.node_id, n.state
ORDER BY n.node_id;
COMMENT ON VIEW rowlock.v_leaders IS 'How leadership and replicas are spread over the nodes';
COMMENT ON COLUMN rowlock.v_leaders.preferred IS 'Of those that it leads, those whose first replica it is';
COMMENT ON COLUMN rowlock.v_leaders.preferred_by IS 'Partitions whose first replica it is: it should lead these';
